import { openAsBlob, readFileSync } from "node:fs";
import { beforeAll, describe, expect, test } from "vitest";
import { comparePair } from "@/inference/worker/compare-pair";
import type { ReadySelector } from "@/inference/worker/model-host";
import { systemClock } from "@/shared/lib/system-clock";
import { createModelTools } from "../cli/model-tools";
import { decodeImageInNode } from "../cli/node/decode-image";

interface Case {
  readonly pair: string;
  readonly language: "en" | "zh";
  readonly title: string;
  readonly queries: readonly string[];
  readonly images: readonly [string, string];
  readonly text: string;
  readonly probability_a: number;
}

const FOLDER = "tools/golden/creative4u-nano";
const golden = JSON.parse(readFileSync(`${FOLDER}/golden.json`, "utf8")) as {
  readonly model: string;
  readonly revision: string;
  /** SHA-256 of the weights that PyTorch ran. */
  readonly weights: string;
  readonly cases: readonly Case[];
};
const CASES = 20;
/** A busy machine takes some times longer than the two seconds of a free one. */
const PAIR_TIMEOUT_MS = 60_000;

/** How many pairs run: all, or the first PERIGEE_GOLDEN while something is being looked for. */
function chosenCount(text: string | undefined): number {
  if (text === undefined) return CASES;
  const count = Number(text);
  if (/^\d+$/u.test(text) && count >= 1 && count <= CASES) return count;
  throw new Error(`PERIGEE_GOLDEN: expected a whole number from 1 to ${CASES}, got "${text}"`);
}

test("all pairs run, unless PERIGEE_GOLDEN is a number of them", () => {
  expect(chosenCount(undefined)).toBe(20);
  expect(chosenCount("3")).toBe(3);
  for (const wrong of ["", " ", "0", "-1", "2.5", "1e1", "21", "all"]) {
    expect(() => chosenCount(wrong)).toThrow("PERIGEE_GOLDEN");
  }
});

const { registry, models } = createModelTools({ models: "public/models", engine: "ort-node" });

test("the golden file holds 20 pairs in both languages, made with the shipped weights", async () => {
  expect((await registry.find("selector", golden.model)).revision).toBe(golden.revision);
  expect(new Set(golden.cases.map(({ pair, language }) => `${pair} ${language}`)).size).toBe(CASES);
  expect(new Set(golden.cases.map(({ language }) => language))).toEqual(new Set(["en", "zh"]));
  const manifest = JSON.parse(
    readFileSync(`public/models/${golden.model}/${golden.revision}/manifest.json`, "utf8"),
  ) as { readonly files: Readonly<Record<string, { readonly sha256: string }>> };
  expect(golden.weights).toBe(manifest.files["model.safetensors"]?.sha256);
});

const chosen = golden.cases.slice(0, chosenCount(process.env["PERIGEE_GOLDEN"]));

describe(`the shipped selector writes what PyTorch wrote with the same weights (${chosen.length} of ${CASES} pairs)`, () => {
  const signal = new AbortController().signal;
  const ref = { id: golden.model, revision: golden.revision };
  let model: ReadySelector;

  beforeAll(async () => {
    model = await models.selector(ref, { signal });
  }, PAIR_TIMEOUT_MS);

  test.each(chosen)(
    "$pair, $language",
    async ({ images, text, probability_a, ...request }) => {
      const [imageA, imageB] = await Promise.all(
        images.map((name) => openAsBlob(`${FOLDER}/${name}`)),
      );
      const result = await comparePair(
        { ...request, model: ref, imageA: imageA!, imageB: imageB! },
        model,
        "ort-node",
        { decode: decodeImageInNode, clock: systemClock, signal },
        () => undefined,
      );
      const [run] = result.runs;
      expect(run.text).toBe(text.replace(/<end_of_utterance>$/u, "").trim());
      expect(Math.abs(run.probabilityA - probability_a)).toBeLessThan(0.01);
    },
    PAIR_TIMEOUT_MS,
  );
});
