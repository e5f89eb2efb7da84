/** The result that a first visit to /compare opens with (tools/make-first-example.ts) is the shipped selector's. */
import { existsSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { parseExamples, parseStoredExample } from "@/compare/logic/stored-example";
import { createModelTools } from "./cli/model-tools";

const DEMO = "public/data/demo";

function readJson(path: string): unknown {
  return JSON.parse(readFileSync(path, "utf8"));
}

const stored = parseStoredExample(readJson(`${DEMO}/first-example.json`));
const examples = parseExamples(readJson(`${DEMO}/examples.json`));

test("the first example was computed by the selector that is shipped", async () => {
  const { registry } = createModelTools({ models: "public/models", engine: "ort-node" });
  const selectors = (await registry.list()).filter(({ task }) => task === "selector");
  const shipped = selectors.map(({ id, revision, name }) => ({ id, revision, name }));
  expect(shipped).toEqual([stored.model]);
});

test("it shows a built-in pair whose pictures are there", () => {
  const { examples: count } = readJson(`${DEMO}/manifest.json`) as { readonly examples: number };
  expect(examples).toHaveLength(count);
  const shown = examples.find(({ id }) => id === stored.exampleId);
  const pair = shown?.images.slice(0, 2) ?? [];
  expect(pair).toHaveLength(2);
  for (const image of pair) expect(existsSync(`${DEMO}/${image}`)).toBe(true);
});
