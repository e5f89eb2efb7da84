import { expect, onTestFinished, test } from "vitest";
import { createMemoryStore } from "./chunked-file";
import { createModelRegistry } from "./model-registry";

test("a list that is cancelled while folders are read leaves no promise unheard", async () => {
  const unheard: unknown[] = [];
  const listen = (reason: unknown): void => void unheard.push(reason);
  process.on("unhandledRejection", listen);
  onTestFinished(() => void process.off("unhandledRejection", listen));

  const abort = new AbortController();
  const memory = createMemoryStore();
  const store = {
    ...memory,
    // Reading the folders of the user's models takes longer than the manifests take to fail.
    list: async (path: string) => {
      await new Promise((resolve) => setTimeout(resolve, 20));
      return await memory.list(path);
    },
  };
  const index = { models: [{ id: "one", revision: "r1" }] };
  const registry = createModelRegistry({
    store,
    memory,
    shippedUrl: "https://models.test/",
    clock: { now: () => 0, sleep: () => Promise.resolve() },
    fetch: (url) => {
      if (url === "https://models.test/index.json") return Promise.resolve(Response.json(index));
      abort.abort(new DOMException("The page was left.", "AbortError"));
      return Promise.reject(abort.signal.reason as DOMException);
    },
  });
  await expect(registry.list(abort.signal)).rejects.toThrow("The page was left.");
  await new Promise((resolve) => setTimeout(resolve, 30));
  expect(unheard).toEqual([]);
});
