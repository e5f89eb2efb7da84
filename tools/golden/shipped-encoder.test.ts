import { openAsBlob, readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { encodeBatch } from "@/inference/worker/encode-batch";
import { createModelTools } from "../cli/model-tools";
import { decodeImageInNode } from "../cli/node/decode-image";

interface Case {
  readonly text: string | null;
  readonly image: string | null;
  readonly vector: readonly number[];
}

const golden = JSON.parse(readFileSync("tools/golden/moon2-nano/golden.json", "utf8")) as {
  readonly model: string;
  readonly revision: string;
  readonly cases: readonly Case[];
};

/** Largest difference of one component of a unit vector. */
const TOLERANCE = 1e-3;

test("the shipped encoder's vectors equal PyTorch's within 1e-3", async () => {
  const { registry, models } = createModelTools({ models: "public/models", engine: "ort-node" });
  const summary = await registry.find("encoder", golden.model);
  expect(summary.revision).toBe(golden.revision);
  const { signal } = new AbortController();
  const ref = { id: summary.id, revision: summary.revision };
  const model = await models.encoder(ref, { signal });
  const items = await Promise.all(
    golden.cases.map(async ({ text, image }) => ({
      ...(text === null ? {} : { text }),
      ...(image === null ? {} : { image: await openAsBlob(`public/data/demo/images/${image}`) }),
    })),
  );
  const { vectors, dimension, failures } = await encodeBatch(items, model, {
    decode: decodeImageInNode,
    signal,
    giveWay: () => Promise.resolve(),
    onProgress: () => undefined,
  });
  expect(failures).toEqual([]);
  const worst = golden.cases.map(({ vector }, row) =>
    Math.max(...vector.map((value, i) => Math.abs(value - vectors[row * dimension + i]!))),
  );
  expect(Math.max(...worst)).toBeLessThan(TOLERANCE);
}, 60_000);
