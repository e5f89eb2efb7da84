import { setupI18n } from "@lingui/core";
import { I18nProvider } from "@lingui/react";
import { MantineProvider } from "@mantine/core";
import "@mantine/core/styles.css";
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { useState } from "react";
import { expect, test } from "vitest";
import { render } from "vitest-browser-react";
import { page, userEvent } from "vitest/browser";
import { createFakeClient, type FakeAnswers } from "@/inference/client/fake-client";
import { systemClock } from "@/shared/lib/system-clock";
import type { BlobStore } from "@/shared/persistence/opfs";
import type { BenchSearch } from "../logic/search-params";
import { createBenchStore, type BenchStore } from "../store/bench-store";
import { BenchmarkPage } from "./benchmark-page";
import { chartSources } from "./save-chart";
import { SearchPage } from "./search-page";

const COLOURS = ["red", "green", "blue", "black", "white", "pink", "grey", "teal"] as const;
const KINDS = ["cap", "lamp", "shoe"] as const;

function memoryStore(): BlobStore {
  const files = new Map<string, Blob>();
  return {
    write: async (path, data) => void files.set(path, new Blob([data as BlobPart])),
    read: async (path) => {
      const blob = files.get(path);
      return blob === undefined ? undefined : new File([blob], path);
    },
    remove: async (path) => void files.delete(path),
    list: async (folder) =>
      [...files.keys()]
        .filter((path) => path.startsWith(`${folder}/`))
        .map((path) => path.slice(folder.length + 1)),
  };
}

/** 24 items; each query names its item's words. Item 3 has a bad row behind it. */
async function tables(): Promise<File[]> {
  const canvas = new OffscreenCanvas(4, 4);
  canvas.getContext("2d")!.fillRect(0, 0, 4, 4);
  const items = KINDS.flatMap((kind) =>
    COLOURS.map((colour) => ({
      id: `${colour}-${kind}`,
      title: `${colour} ${kind}`,
      image: "dot.png",
      category: kind,
    })),
  );
  const queries = items.map(({ id, title }) => ({ qid: `q-${id}`, query: title, relevant: id }));
  const lines = (rows: readonly object[]) => rows.map((row) => JSON.stringify(row)).join("\n");
  return [
    new File([`${lines(items)}\nnot json\n`], "items.jsonl"),
    new File([lines(queries)], "queries.jsonl"),
    new File([await canvas.convertToBlob()], "dot.png"),
  ];
}

/** A model that knows kinds but not colours: it finds the item among eight. */
const ANSWERS: FakeAnswers = {
  "models/list": () => [
    {
      id: "kinds",
      revision: "r1",
      task: "encoder",
      name: "Kinds only",
      architecture: "moon2",
      sizeBytes: 1,
      source: "shipped",
      cached: true,
    },
  ],
  "encode/batch": ({ items }) => {
    const vectors = new Float32Array(items.length * KINDS.length);
    for (const [i, { text = "" }] of items.entries()) {
      const kind = KINDS.findIndex((name) => text.includes(name));
      if (kind >= 0) vectors[i * KINDS.length + kind] = 1;
    }
    return { vectors, dimension: KINDS.length, failures: [] };
  },
};

/** The usual second is short for real work on a busy machine. */
const BUSY = { timeout: 15_000 };

function Pages({
  store,
  client,
  link,
}: {
  store: BenchStore;
  client: ReturnType<typeof createFakeClient>;
  link: BenchSearch;
}) {
  const [search, setSearch] = useState(link);
  const [isSearch, setIsSearch] = useState(false);
  return (
    <>
      <button type="button" onClick={() => setIsSearch(!isSearch)}>
        other page
      </button>
      {isSearch ? (
        <SearchPage client={client} store={store} search={search} onSearchChange={setSearch} />
      ) : (
        <BenchmarkPage client={client} store={store} search={search} onSearchChange={setSearch} />
      )}
    </>
  );
}

async function open(link: BenchSearch = {}, answers = ANSWERS) {
  const client = createFakeClient(answers);
  const blobs = memoryStore();
  const store = createBenchStore({ client, blobs, clock: systemClock });
  await store.actions.openFiles(await tables(), { preset: "custom", split: "all" });
  const i18n = setupI18n({ locale: "en", messages: { en: {} } });
  await render(
    <I18nProvider i18n={i18n}>
      <MantineProvider>
        <QueryClientProvider client={new QueryClient()}>
          <Pages store={store} client={client} link={link} />
        </QueryClientProvider>
      </MantineProvider>
    </I18nProvider>,
  );
  return { client, store, blobs };
}

test("runs two encoders, shows their figures, the bad row, and which is significantly better", async () => {
  const { client, store } = await open();
  await expect.element(page.getByText(/^1 row was left out/u)).toBeVisible();
  await expect.element(page.getByRole("checkbox", { name: "Kinds only" })).toBeChecked();
  await expect.element(page.getByRole("checkbox", { name: "MOON 1: generative" })).toBeDisabled();
  await page.getByRole("checkbox", { name: "Baseline: bag of words" }).click();
  await page.getByRole("checkbox", { name: "Baseline: colour histogram" }).click();
  await page.getByRole("button", { name: "Run", exact: true }).click();
  await expect.element(page.getByText("Differences in R@10")).toBeVisible();
  const table = page.getByRole("region", { name: "Results" });
  // Eight items tie for the first place: the true one counts as the eighth.
  const kinds = table.getByRole("row", { name: /Kinds only/ });
  await expect.poll(() => kinds.element().textContent, BUSY).toMatch(/0\.0 ±.*0\.0 ±.*100\.0 ±/);
  const words = table.getByRole("row", { name: /bag of words/ });
  await expect.poll(() => words.element().textContent, BUSY).toMatch(/100\.0 ±/);
  await expect.element(table.getByText(/Never comparable/)).toBeVisible();
  // A saved chart says what it shows; the edge of its text stays behind the letters.
  expect(chartSources()[0]).toMatch(/<rect .*>Differences in R@10<.*paint-order="stroke/su);
  const encoded = client.calls.filter(({ name }) => name === "encode/batch").length;
  expect(encoded).toBeGreaterThan(0);
  // A second run takes every vector from the store.
  await page.getByRole("button", { name: "Run", exact: true }).click();
  await expect
    .poll(() => store.getState().runs.every(({ status }) => status === "done"), BUSY)
    .toBe(true);
  expect(client.calls.filter(({ name }) => name === "encode/batch")).toHaveLength(encoded);
});

test("nothing can be chosen or run before the models are listed", async () => {
  const listed = Promise.withResolvers<void>();
  const answers: FakeAnswers = {
    ...ANSWERS,
    "models/list": async (...call) => {
      await listed.promise;
      return await ANSWERS["models/list"]!(...call);
    },
  };
  await open({}, answers);
  const run = page.getByRole("button", { name: "Run", exact: true });
  await expect.element(run).toBeDisabled();
  expect(page.getByRole("checkbox", { name: /Baseline/u }).elements()).toHaveLength(0);
  listed.resolve();
  await expect.element(page.getByRole("checkbox", { name: "Kinds only" })).toBeChecked();
  await expect.element(run).toBeEnabled();
});

test("shows the true item with its rank, and filters queries by misses", async () => {
  const { client, store, blobs } = await open();
  await store.actions.start(
    [{ key: "baseline-words" }],
    ["t-mm", "i-mm", "mm-mm", "t-i", "i-t", "search"],
  );
  expect(store.getState().runs[0]!.error).toBeUndefined();
  await page.getByRole("button", { name: "other page" }).click();
  await expect.element(page.getByText("24 queries")).toBeVisible();
  await expect.element(page.getByText("true item", { exact: false }).first()).toBeVisible();
  await page.getByRole("button", { name: "Relevant: red lamp" }).first().click();
  await expect.element(page.getByText(/with your 1 judgements/u)).toBeVisible();
  await page.getByRole("combobox", { name: "Show" }).selectOptions("miss");
  await expect.element(page.getByText("No query fits this filter.")).toBeVisible();
  // After a reload the same data set has its judgements again.
  const again = createBenchStore({ client, blobs, clock: systemClock });
  await expect
    .poll(async () => {
      await again.actions.openFiles(await tables(), { preset: "custom", split: "all" });
      return again.getState().judgements;
    }, BUSY)
    .toEqual(store.getState().judgements);
  expect(again.getState().judgements.size).toBe(1);
});

test("a link runs what it names; the map is magnified and cut by keys", async () => {
  const { store } = await open({ encoders: ["baseline-words"], directions: ["t-mm"], run: true });
  await expect
    .poll(() => store.getState().runs.map(({ choice, status }) => [choice.key, status]), BUSY)
    .toEqual([["baseline-words", "done"]]);
  expect([...store.getState().runs[0]!.run!.scorers.keys()]).toEqual(["t-mm"]);
  await page.getByRole("button", { name: "other page" }).click();
  await page.getByRole("button", { name: "Show the map" }).click();
  const map = page.getByRole("application", { name: /^Map of 24 items/ });
  await expect.element(map).toBeVisible();
  (map.element() as HTMLElement).focus();
  for (const key of ["+", "+", "+", "+", "Enter"])
    await userEvent.keyboard(key === "Enter" ? "{Enter}" : key);
  await expect.element(page.getByText(/items chosen/u)).toBeVisible();
  await userEvent.keyboard("{Escape}");
  await expect.element(page.getByText("24 queries")).toBeVisible();
});
