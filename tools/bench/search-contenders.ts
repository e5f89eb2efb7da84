/** What the search benchmark times, in Node and in a page alike. */
import { packRows, type RankRequest } from "@/domain/retrieval/gallery";
import { searchTopK, type TopKRequest } from "@/domain/retrieval/top-k";
import type { Engine, Program } from "@/inference/engines/engine";
import { EngineGallery } from "@/inference/search/engine-gallery";
import { matrixSource } from "@/inference/search/engine-rows";
import { searchTopKOnEngine } from "@/inference/search/engine-top-k";
import { createRng } from "@/shared/lib/rng";

export const CANDIDATES = 100_000;
export const DIMENSION = 256;
export const K = 10;
/** Queries for the loops in JavaScript, which are slower by an order of magnitude. */
export const FEW = 32;
/** The product whose speed stands for the engine's matmul: a tile as the search uses it. */
const PEAK = { queries: 128, rows: 32_768, repeats: 8 };

/** Random directions; every row of length 1, as embeddings are. */
export function unitRows(count: number, seed: number): Float32Array<ArrayBuffer> {
  const rng = createRng(seed);
  const values = new Float32Array(count * DIMENSION);
  for (let at = 0; at < values.length; at += DIMENSION) {
    let squares = 0;
    for (let i = 0; i < DIMENSION; i++) {
      // The sum of three uniform numbers is close to normal, so directions are close to uniform.
      const value = rng() + rng() + rng() - 1.5;
      values[at + i] = value;
      squares += value * value;
    }
    for (let i = 0; i < DIMENSION; i++) values[at + i]! /= Math.sqrt(squares);
  }
  return values;
}

/** Floating-point operations of all pairs, in thousand millions. */
export function gigaflops(queries: number): number {
  return 2e-9 * queries * CANDIDATES * DIMENSION;
}

async function seconds(work: () => Promise<unknown>): Promise<number> {
  const startedAt = performance.now();
  await work();
  return (performance.now() - startedAt) / 1000;
}

export interface SearchSpeeds {
  /** Thousand million operations per second, by contender. */
  readonly rates: Readonly<Record<string, number>>;
  /** First ten per query. */
  readonly indices: Int32Array;
  readonly unproven: number;
}

interface Problem {
  readonly engine: Engine;
  readonly queries: Float32Array;
  readonly candidates: Float32Array<ArrayBuffer>;
}

async function matmulRate({ engine, candidates, queries }: Problem): Promise<number> {
  const { rows, repeats } = PEAK;
  const data = candidates.slice(0, rows * DIMENSION);
  const model = await engine.loadModel(matrixSource(data, rows, DIMENSION));
  const x = {
    dtype: "float32",
    shape: [PEAK.queries, DIMENSION],
    data: queries.slice(0, PEAK.queries * DIMENSION),
  } as const;
  const program: Program = {
    name: "product",
    inputs: { x },
    // One number per query comes back, so that moving the product is not timed.
    build: (ops, weights, inputs) => ({
      best: ops.argmax(ops.linear(inputs["x"]!, weights.matrix("candidates"))),
    }),
  };
  const loaded = await model.program(program);
  await loaded.run({ x });
  const took = await seconds(async () => {
    for (let i = 0; i < repeats; i++) await loaded.run({ x });
  });
  loaded.dispose();
  model.dispose();
  return (2e-9 * repeats * PEAK.queries * rows * DIMENSION) / took;
}

/** Scores of all pairs in memory, then sorting in JavaScript: what the fused search avoids. */
async function matmulAndSortRate({ engine, candidates, queries }: Problem): Promise<number> {
  const model = await engine.loadModel(matrixSource(candidates, CANDIDATES, DIMENSION));
  const data = queries.slice(0, FEW * DIMENSION);
  const x = { dtype: "float32", shape: [FEW, DIMENSION], data } as const;
  const program: Program = {
    name: "scores",
    inputs: { x },
    build: (ops, weights, inputs) => ({
      scores: ops.linear(inputs["x"]!, weights.matrix("candidates")),
    }),
  };
  const loaded = await model.program(program);
  await loaded.run({ x });
  const took = await seconds(async () => {
    const scores = (await loaded.run({ x })).outputs["scores"]!.data;
    for (let row = 0; row < FEW; row++) {
      const own = scores.subarray(row * CANDIDATES, (row + 1) * CANDIDATES);
      Int32Array.from(own.keys()).sort((a, b) => own[b]! - own[a]! || a - b);
    }
  });
  loaded.dispose();
  model.dispose();
  return gigaflops(FEW) / took;
}

async function rankRate({ engine, candidates, queries }: Problem): Promise<number> {
  const gallery = new EngineGallery(
    { values: candidates, dimension: DIMENSION },
    { engine: () => Promise.resolve(engine), now: () => performance.now() },
  );
  const count = queries.length / DIMENSION;
  const request: RankRequest = {
    queries,
    // One true item per query, anywhere.
    targets: packRows(Array.from({ length: count }, (_, i) => [(i * 7919) % CANDIDATES])),
    excluded: packRows(Array.from({ length: count }, () => [])),
  };
  const took = await seconds(() => gallery.rank(request, () => undefined));
  gallery.dispose();
  return gigaflops(count) / took;
}

async function plainRate({ queries, candidates }: Problem): Promise<number> {
  const few = queries.subarray(0, FEW * DIMENSION);
  const request = { queries: few, candidates, dimension: DIMENSION, k: K };
  return gigaflops(FEW) / (await seconds(() => searchTopK(request)));
}

/** All contenders on one engine, once each. */
export async function searchSpeeds(problem: Problem): Promise<SearchSpeeds> {
  const { engine, queries, candidates } = problem;
  const request: TopKRequest = { queries, candidates, dimension: DIMENSION, k: K };
  let indices = new Int32Array(0);
  let unproven = 0;
  const took = await seconds(async () => {
    const found = await searchTopKOnEngine(request, () => Promise.resolve(engine), {
      now: () => performance.now(),
      onUnproven: (count) => (unproven = count),
    });
    indices = found.indices as Int32Array<ArrayBuffer>;
  });
  const rates = {
    top: gigaflops(queries.length / DIMENSION) / took,
    ranks: await rankRate(problem),
    matmul: await matmulRate(problem),
    sort: await matmulAndSortRate(problem),
    plain: await plainRate(problem),
  };
  return { rates, indices, unproven };
}
