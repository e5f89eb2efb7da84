import { openAsBlob, readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { comparePair } from "@/inference/worker/compare-pair";
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
  readonly cases: readonly Case[];
};
/** All 20 with PERIGEE_GOLDEN=20; each runs both orders. */
const COUNT = Number(process.env["PERIGEE_GOLDEN"] ?? 5);

test("the shipped selector writes what PyTorch wrote with the same weights", async () => {
  const { registry, models } = createModelTools({ models: "public/models", engine: "ort-node" });
  const summary = await registry.find("selector", golden.model);
  expect(summary.revision).toBe(golden.revision);
  const ref = { id: summary.id, revision: summary.revision };
  const signal = new AbortController().signal;
  const model = await models.selector(ref, { signal });
  for (const { pair, images, text, probability_a, ...request } of golden.cases.slice(0, COUNT)) {
    const [imageA, imageB] = await Promise.all(images.map((name) => openAsBlob(`${FOLDER}/${name}`)));
    const result = await comparePair(
      { ...request, model: ref, imageA: imageA!, imageB: imageB! },
      model,
      "ort-node",
      { decode: decodeImageInNode, clock: systemClock, signal },
      () => undefined,
    );
    const [run] = result.runs;
    expect({ pair, text: run.text }).toEqual({
      pair,
      text: text.replace(/<end_of_utterance>$/u, "").trim(),
    });
    expect(Math.abs(run.probabilityA - probability_a)).toBeLessThan(0.01);
  }
}, 120_000);
