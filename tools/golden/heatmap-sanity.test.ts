/**
 * The randomisation test of heatmaps (Adebayo et al. 2018, arXiv:1810.03292): a map that explains the
 * model must not survive the loss of what the model has learnt.
 */
import { openAsBlob } from "node:fs";
import { cp, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createVectorTable, meanVector } from "@/domain/benchmark/vectors";
import { rankCorrelation } from "@/domain/statistics/rank-correlation";
import type { EncodeItem, SimilarityAverages } from "@/inference/protocol/messages";
import { encodeBatch } from "@/inference/worker/encode-batch";
import { explainSimilarity } from "@/inference/worker/explain-similarity";
import { createRng, randomInt, type Rng } from "@/shared/lib/rng";
import { createModelTools } from "../cli/model-tools";
import { decodeImageInNode } from "../cli/node/decode-image";

const DEMO = "public/data/demo";
const PAIRS = 10;
/** Mean rank correlation of two maps of one pair; with 8 shuffled copies it was −0.02 to 0.10. */
const DESTROYED = 0.25;
const KEPT = 0.9;

const { registry, models } = createModelTools({ models: "public/models", engine: "ort-node" });
const { signal } = new AbortController();
let folder: string;
beforeAll(async () => (folder = await mkdtemp(join(tmpdir(), "heatmap-"))));
afterAll(async () => await rm(folder, { recursive: true }));

interface Pair {
  readonly query: EncodeItem;
  readonly candidate: EncodeItem;
}

interface CatalogueRow {
  readonly title: { readonly en: string };
  readonly views: readonly { readonly file: string }[];
}

/** Another view of a product as the query, its main picture and title as the candidate. */
async function loadPairs(): Promise<Pair[]> {
  const rows = (await readFile(`${DEMO}/catalogue.jsonl`, "utf8")).trim().split("\n");
  const step = Math.floor(rows.length / PAIRS);
  const chosen = rows.filter((_, i) => i % step === 0).slice(0, PAIRS);
  return await Promise.all(
    chosen.map(async (line) => {
      const { title, views } = JSON.parse(line) as CatalogueRow;
      const [main, other] = views.map(({ file }) => openAsBlob(`${DEMO}/${file}`));
      return { query: { image: await other! }, candidate: { image: await main!, text: title.en } };
    }),
  );
}

/** A copy of the shipped model whose float16 weights `change` has altered, tensor by tensor. */
async function copyModel(name: string, change: (values: Uint16Array) => void): Promise<string> {
  const copy = join(folder, name);
  const { id, revision } = await registry.find("encoder", "moon2-nano");
  await cp(`public/models/${id}/${revision}`, copy, { recursive: true });
  // Without the manifest no hash speaks against the altered file.
  await rm(join(copy, "manifest.json"));
  const path = join(copy, "model.safetensors");
  const bytes = Uint8Array.from(await readFile(path));
  const length = Number(new DataView(bytes.buffer).getBigUint64(0, true));
  const head = JSON.parse(new TextDecoder().decode(bytes.subarray(8, 8 + length))) as Record<
    string,
    { readonly dtype?: string; readonly data_offsets?: readonly [number, number] }
  >;
  for (const { dtype, data_offsets: place } of Object.values(head)) {
    if (place === undefined) continue;
    expect(dtype).toBe("F16");
    const [from, to] = place;
    change(new Uint16Array(bytes.buffer, 8 + length + from, (to - from) / 2));
  }
  await writeFile(path, bytes);
  return copy;
}

/** Every value stays in its tensor, at another place: nothing learnt remains, the sizes do. */
function shuffleValues(values: Uint16Array, rng: Rng): void {
  for (let i = values.length - 1; i > 0; i--) {
    const j = randomInt(rng, i + 1);
    [values[i], values[j]] = [values[j]!, values[i]!];
  }
}

/** All maps of a model, each less what the pair has in common with the average pair. */
async function loadMaps(name: string, pairs: readonly Pair[]): Promise<Float32Array[]> {
  const { id, revision } = await registry.find("encoder", name);
  const model = await models.encoder({ id, revision }, { signal });
  const average = async (side: keyof Pair) => {
    const items = pairs.map((pair) => pair[side]);
    const { vectors, dimension } = await encodeBatch(items, model, {
      decode: decodeImageInNode,
      signal,
      giveWay: () => Promise.resolve(),
      onProgress: () => undefined,
    });
    const table = createVectorTable(items.length);
    for (const i of items.keys()) {
      table.add(String(i), vectors.subarray(i * dimension, (i + 1) * dimension));
    }
    return meanVector(table)!;
  };
  const averages: SimilarityAverages = {
    query: await average("query"),
    candidate: await average("candidate"),
  };
  const maps: Float32Array[] = [];
  for (const { query, candidate } of pairs) {
    const why = await explainSimilarity(query, candidate, model, decodeImageInNode, averages);
    maps.push(why.queryPatches!, why.candidatePatches!);
  }
  return maps;
}

function meanCorrelation(a: readonly Float32Array[], b: readonly Float32Array[]): number {
  const all = a.map((map, i) => rankCorrelation(map, b[i]!)!);
  return all.reduce((sum, value) => sum + value, 0) / all.length;
}

test("shuffled weights destroy the why maps, changes in the last bits do not", async () => {
  const pairs = await loadPairs();
  const shipped = await loadMaps("moon2-nano", pairs);
  const rng = createRng(1);
  const nearly = await copyModel("nearly", (values) => {
    for (let i = 0; i < values.length; i++) values[i]! ^= randomInt(rng, 8);
  });
  const kept = meanCorrelation(shipped, await loadMaps(nearly, pairs));
  const shuffled = [];
  for (const seed of [1, 2]) {
    const own = createRng(seed);
    const copy = await copyModel(`shuffled-${seed}`, (values) => shuffleValues(values, own));
    shuffled.push(meanCorrelation(shipped, await loadMaps(copy, pairs)));
  }
  expect(kept).toBeGreaterThan(KEPT);
  for (const value of shuffled) expect(Math.abs(value)).toBeLessThan(DESTROYED);
}, 240_000);
