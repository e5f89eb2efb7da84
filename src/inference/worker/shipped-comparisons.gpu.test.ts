import { describe, expect, it } from "vitest";
import { printWholePrompt } from "@/domain/reasoning-text";
import { createModelRegistry } from "../assets/model-registry";
import { hasGpu, whyNot } from "../engines/gpu-adapter";
import { createWebGpuEngine } from "../engines/tfjs/webgpu-engine";
import { decodeImageInBrowser } from "../images/decode-browser";
import { preprocessImage } from "../images/preprocess";
import type { EngineStatus } from "../protocol/messages";
import { createBrowserEnvironment } from "./browser-environment";
import { EngineHost } from "./engine-host";
import { ModelHost } from "./model-host";

/** Minutes on a software adapter, so it runs when asked: VITE_PERIGEE_LONG=1, or a number of comparisons. */
const LONG = Number(import.meta.env["VITE_PERIGEE_LONG"] ?? 0);
const COMPARISONS = LONG > 1 ? LONG : 50;
/** A whole reply takes 20 s on a software adapter; pictures and prompt are the same with fewer. */
const NEW_TOKENS = 8;
const TITLES = [
  "Mug",
  "Yellow steel mug",
  "School backpack, orange",
  "Lamp for reading in bed",
] as const;
const REQUESTS = TITLES.length;
const PAIRS = ["trail-backpack", "gift-mug"] as const;

async function picture(name: string): Promise<Blob> {
  const response = await fetch(`/data/demo/images/example-${name}.webp`);
  if (!response.ok) throw new Error(`${name}: ${response.status}`);
  return await response.blob();
}

describe.skipIf(!hasGpu)(`the shipped selector on webgpu${whyNot}`, () => {
  it.skipIf(LONG === 0)(
    `makes ${COMPARISONS} comparisons in a row with tensors and GPU buffers flat (VITE_PERIGEE_LONG=1)`,
    async () => {
      const { registry, clock } = createBrowserEnvironment();
      const check = () =>
        Promise.resolve({ engine: "webgpu", usable: true, checks: [], durationMs: 0 } as const);
      const engines = new EngineHost({
        factories: [{ id: "webgpu", create: createWebGpuEngine }],
        check,
      });
      const models = new ModelHost(engines, createModelRegistry(registry));
      const shipped = await createModelRegistry(registry).list();
      const summary = shipped.find(({ task }) => task === "selector")!;
      const { signal } = new AbortController();
      const model = await models.selector(summary, { signal });
      const { selector, tokenizer, preprocess } = model;
      const pixelsOf = async (name: string) =>
        preprocessImage(await decodeImageInBrowser(await picture(name)), preprocess, "NHWC");
      const pairs = await Promise.all(
        PAIRS.map((name) => Promise.all([pixelsOf(`${name}-1`), pixelsOf(`${name}-2`)])),
      );
      const memory: EngineStatus["memory"][] = [];
      const replies: string[] = [];
      const startedAt = clock.now();
      for (let run = 0; run < COMPARISONS; run += 1) {
        const asked = run % REQUESTS;
        const request = { title: TITLES[asked]!, queries: ["gift"], language: "en" } as const;
        const count = selector.imageTokens;
        const ids = tokenizer.encode(printWholePrompt(request, count, count));
        const sequences = await selector.generate(
          {
            images: pairs[asked % pairs.length]!,
            prompts: [
              { ids, images: [0, 1] },
              { ids, images: [1, 0] },
            ],
          },
          { maxTokens: NEW_TOKENS, constraint: model.constrain(NEW_TOKENS, "en") },
        );
        replies.push(
          sequences.map(({ logProbabilities }) => logProbabilities.join(" ")).join("; "),
        );
        memory.push((await engines.status()).memory);
      }
      const seconds = (clock.now() - startedAt) / 1000;
      console.log(
        `${COMPARISONS} comparisons with ${summary.id}@${summary.revision} in ${seconds.toFixed(0)} s; ` +
          `memory after the first and the last: ${JSON.stringify([memory[0], memory.at(-1)])}`,
      );
      // Computed anew from its own pictures and words, and the same whenever the same is asked.
      expect(new Set(replies).size).toBe(Math.min(REQUESTS, COMPARISONS));
      expect(replies).toEqual(replies.map((_, run) => replies[run % REQUESTS]));
      // Buffers are kept by size: every length of prompt has been seen after the first few.
      const settled = memory.slice(REQUESTS);
      expect(settled).toEqual(settled.map(() => settled[0]));
    },
    3_600_000,
  );
});
