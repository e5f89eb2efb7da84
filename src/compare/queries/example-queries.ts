import { queryOptions } from "@tanstack/react-query";
import { AppError } from "@/shared/lib/errors";
import { parseExamples, parseStoredExample, type ExampleSet } from "../logic/stored-example";

const DEMO_FOLDER = `${import.meta.env.BASE_URL}data/demo/`;

/** @throws AppError `asset-fetch` when nothing answers; the signal's reason on abort. */
async function ask(address: string, signal?: AbortSignal): Promise<Response> {
  try {
    return await fetch(address, signal === undefined ? {} : { signal });
  } catch (cause) {
    signal?.throwIfAborted();
    throw new AppError("asset-fetch", `${address}: nothing answered; are you offline?`, { cause });
  }
}

/** The JSON at `name`, or undefined where the build has no such file. */
async function fetchJson(name: string, signal: AbortSignal): Promise<unknown> {
  const response = await ask(DEMO_FOLDER + name, signal);
  const isJson = response.headers.get("content-type")?.includes("json") === true;
  // A development server answers a missing file with the application's page.
  if (response.status === 404 || (response.ok && !isJson)) return undefined;
  if (!response.ok) {
    throw new AppError("asset-fetch", `${DEMO_FOLDER}${name}: the server said ${response.status}`);
  }
  return response.json();
}

/** The built-in example sets; none where the demo data is not installed. */
export function examplesQuery() {
  return queryOptions({
    queryKey: ["compare", "examples"],
    queryFn: async ({ signal }) => {
      const value = await fetchJson("examples.json", signal);
      return value === undefined ? [] : parseExamples(value);
    },
  });
}

/** The stored result that a first visit opens with, or null where there is none. */
export function storedExampleQuery() {
  return queryOptions({
    queryKey: ["compare", "first-example"],
    queryFn: async ({ signal }) => {
      const value = await fetchJson("first-example.json", signal);
      return value === undefined ? null : parseStoredExample(value);
    },
  });
}

/** Address of one demo image. */
export function demoImageUrl(file: string): string {
  return DEMO_FOLDER + file;
}

/** The pictures of an example set. */
export async function fetchExampleImages(
  set: ExampleSet,
  signal?: AbortSignal,
): Promise<readonly { readonly name: string; readonly blob: Blob }[]> {
  return Promise.all(
    set.images.map(async (file) => {
      const response = await ask(demoImageUrl(file), signal);
      if (!response.ok) {
        throw new AppError(
          "asset-fetch",
          `${demoImageUrl(file)}: the server said ${response.status}`,
        );
      }
      return { name: file.slice(file.lastIndexOf("/") + 1), blob: await response.blob() };
    }),
  );
}
