import { openAsBlob } from "node:fs";
import { expect, test } from "vitest";
import { printWholePrompt } from "@/domain/reasoning-text";
import { preprocessImage } from "@/inference/images/preprocess";
import type { GeneratedSequence } from "@/inference/models/model-api";
import { createModelTools } from "../cli/model-tools";
import { NODE_ENGINES } from "../cli/node-engines";
import { decodeImageInNode } from "../cli/node/decode-image";

const MODELS = "tools/fixtures/models";
const IMAGES = ["420.jpg", "lossless.webp"].map((name) => `src/inference/images/fixtures/decode/${name}`);
/** The tiny selector has random weights and would write to its limit; tfjs in JavaScript is slow. */
const NEW_TOKENS = 6;

/** The first words of both display orders, with the engine that `--engine NAME` opens. */
async function writeOn(engine: string): Promise<readonly GeneratedSequence[]> {
  const { registry, models, engines } = createModelTools({ models: MODELS, engine });
  const { id, revision } = await registry.find("selector", "tiny-selector");
  const { signal } = new AbortController();
  const { selector, tokenizer, preprocess } = await models.selector({ id, revision }, { signal });
  expect((await engines.engine()).id).toBe(engine);
  const images = await Promise.all(
    IMAGES.map(async (path) =>
      preprocessImage(await decodeImageInNode(await openAsBlob(path)), preprocess, "NHWC"),
    ),
  );
  const request = { language: "en", title: "Rain jacket", queries: ["hiking jacket"] } as const;
  const ids = tokenizer.encode(
    printWholePrompt(request, selector.imageTokens, selector.imageTokens),
  );
  const prompts = [
    { ids, images: [0, 1] },
    { ids, images: [1, 0] },
  ];
  return await selector.generate({ images, prompts }, { maxTokens: NEW_TOKENS });
}

test("the selector writes the same on every engine of the command line", async () => {
  const reference = await writeOn("ort-node");
  expect(reference.map(({ tokens }) => tokens.length)).toEqual([NEW_TOKENS, NEW_TOKENS]);
  const others = NODE_ENGINES.filter((name) => name !== "ort-node");
  expect(others).toEqual(["ort-web", "cpu"]);
  for (const name of others) {
    const result = await writeOn(name);
    expect(result.map(({ tokens }) => tokens)).toEqual(reference.map(({ tokens }) => tokens));
    for (const [row, { logProbabilities }] of result.entries()) {
      for (const [step, value] of logProbabilities.entries()) {
        expect(value).toBeCloseTo(reference[row]!.logProbabilities[step]!, 4);
      }
    }
  }
}, 180_000);
