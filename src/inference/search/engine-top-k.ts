/**
 * Exact top-k on an engine. The engine's matrix product proposes candidates in float32; every proposal
 * is scored again by the one definition (`searchTopK`: double sums, rounded to float32, ties to the
 * lower index), and a bound on float32's error proves that nothing outside the proposals could belong
 * into the answer. A query without that proof is searched again in plain JavaScript. All engines
 * therefore give the same bits.
 */
import type { Engine, LoadedProgram, Program, Weights } from "../engines/engine";
import {
  checkTopK,
  roundedDot,
  searchTopK,
  type OnBlock,
  type TopKRequest,
  type TopKResult,
} from "@/domain/retrieval/top-k";
import type { Ops } from "../ops/ops";
import { longestRow, matrixSource, padRows, scoreError } from "./engine-rows";

/** Proposals beyond k: with them the k-th score of real vectors stands clear of the first one left out. */
const MARGIN = 22;
/** Candidates on the engine at once: 32 MiB of 256 float32 values each. */
const CHUNK_VALUES = 2 ** 23;
/** Below this many products of pairs and values, moving data costs more than JavaScript's loop. */
const MIN_PRODUCTS = 2 ** 24;
/** Queries per run where the engine holds their scores: 128 × 32,768 × 4 bytes = 16 MiB. */
const BATCH = 128;
/** Where it does not (WebGPU), the batch grows while a run stays short enough for a smooth screen. */
const MAX_BATCH = 4096;
const SHORT_RUN_MS = 40;

export interface EngineSearchOptions {
  /** Milliseconds, for choosing the batch. */
  readonly now: () => number;
  readonly onBlock?: OnBlock;
  /** Told how many queries had to be searched again. */
  readonly onUnproven?: (count: number) => void;
  /** For tests: smaller chunks and no lower limit. */
  readonly chunkRows?: number;
  readonly minProducts?: number;
  readonly margin?: number;
}

/** The best proposals per query over all chunks so far, best first. */
class Proposals {
  readonly width: number;
  readonly scores: Float32Array;
  readonly rows: Int32Array;

  constructor(queries: number, width: number) {
    this.width = width;
    this.scores = new Float32Array(queries * width).fill(-Infinity);
    this.rows = new Int32Array(queries * width).fill(-1);
  }

  /** Merges one query's sorted list of a chunk; rows of the chunk start at `first`. */
  merge(query: number, scores: Float32Array, rows: Int32Array, first: number): void {
    const { width } = this;
    const from = query * width;
    const oldScores = this.scores.slice(from, from + width);
    const oldRows = this.rows.slice(from, from + width);
    for (let at = 0, a = 0, b = 0; at < width; at++) {
      const isNew = b < scores.length && scores[b]! > oldScores[a]!;
      this.scores[from + at] = isNew ? scores[b]! : oldScores[a]!;
      this.rows[from + at] = isNew ? rows[b]! + first : oldRows[a]!;
      if (isNew) b++;
      else a++;
    }
  }
}

function matchProgram(batch: number, columns: number, k: number): Program {
  return {
    name: `top-${k}-of-${batch}`,
    inputs: { queries: { dtype: "float32", shape: [batch, columns] } },
    build<T>(ops: Ops<T>, weights: Weights<T>, inputs: Readonly<Record<string, T>>) {
      const found = ops.topMatches(inputs["queries"]!, weights.matrix("candidates"), k);
      return { scores: found.values, rows: found.indices };
    },
  };
}

/** Everything one search needs from chunk to chunk. */
interface Search {
  readonly request: TopKRequest;
  readonly queryCount: number;
  readonly candidateCount: number;
  readonly columns: number;
  readonly proposals: Proposals;
  readonly options: EngineSearchOptions;
}

async function searchChunk(
  engine: Engine,
  search: Search,
  first: number,
  rows: number,
  onQueries: (done: number) => Promise<void>,
): Promise<void> {
  const { request, queryCount, columns, proposals, options } = search;
  const { dimension, queries, candidates } = request;
  const k = Math.min(proposals.width, rows);
  const data = padRows(candidates, dimension, columns, first, rows);
  const model = await engine.loadModel(matrixSource(data, rows, columns));
  const programs = new Map<number, LoadedProgram>();
  const canGrow = engine.id === "webgpu";
  let batch = canGrow ? BATCH / 2 : Math.min(BATCH, queryCount);
  try {
    for (let start = 0; start < queryCount;) {
      const count = Math.min(batch, queryCount - start);
      const program = programs.get(batch) ?? (await model.program(matchProgram(batch, columns, k)));
      programs.set(batch, program);
      const block = padRows(queries, dimension, columns, start, count, batch);
      const startedAt = options.now();
      const { outputs } = await program.run({
        queries: { dtype: "float32", shape: [batch, columns], data: block },
      });
      const isShort = options.now() - startedAt < SHORT_RUN_MS;
      const scores = outputs["scores"]!.data as Float32Array;
      const found = outputs["rows"]!.data as Int32Array;
      for (let i = 0; i < count; i++) {
        const [from, to] = [i * k, (i + 1) * k];
        proposals.merge(start + i, scores.subarray(from, to), found.subarray(from, to), first);
      }
      start += count;
      if (canGrow && isShort && batch < MAX_BATCH) batch *= 2;
      await onQueries(start);
    }
  } finally {
    for (const program of programs.values()) program.dispose();
    model.dispose();
  }
}

/**
 * Scores the proposals of one query by the definition and writes the first k. No candidate outside the
 * proposals scores above the last proposal + `scoreError`.
 *
 * @returns whether the answer is proven.
 */
function settle(search: Search, query: number, longest: number, result: TopKResult): boolean {
  const { request, candidateCount, proposals } = search;
  const { queries, candidates, dimension, k } = request;
  const { width } = proposals;
  const own = Array.from(proposals.rows.subarray(query * width, (query + 1) * width))
    .filter((row) => row >= 0)
    .map((row) => ({
      row,
      score: roundedDot(queries, query * dimension, candidates, row * dimension, dimension),
    }))
    .sort((a, b) => b.score - a.score || a.row - b.row);
  const wanted = Math.min(k, candidateCount);
  for (const [i, { row, score }] of own.slice(0, wanted).entries()) {
    result.indices[query * k + i] = row;
    result.scores[query * k + i] = score;
  }
  if (own.length === candidateCount) return true;
  const vector = queries.subarray(query * dimension, (query + 1) * dimension);
  const error = scoreError(dimension, longestRow(vector, dimension) * longest);
  const last = proposals.scores[(query + 1) * width - 1]!;
  const kth = own[wanted - 1];
  return kth !== undefined && kth.score > Math.fround(last + error);
}

/**
 * As `searchTopK`, with the scoring on an engine: the same indices and the same score bits.
 *
 * @param request - queries [Q × D] and candidates [N × D], row-major float32.
 * @param engine - asked for only when the search is large enough to gain from it.
 * @param options - clock and progress.
 * @returns indices and scores [Q × k], best first; −1 and −Infinity where N < k.
 * @throws AppError `shape-mismatch`, or what the engine reports.
 */
export async function searchTopKOnEngine(
  request: TopKRequest,
  engine: () => Promise<Engine>,
  options: EngineSearchOptions,
): Promise<TopKResult> {
  const { queryCount, candidateCount } = checkTopK(request);
  const { dimension, k, queries, candidates } = request;
  const { onBlock = () => undefined, minProducts = MIN_PRODUCTS, margin = MARGIN } = options;
  const longest = longestRow(candidates, dimension);
  // False for NaN too: only finite scores can be bounded.
  const isSafe = longest * longestRow(queries, dimension) < 1e37;
  const isSmall = queryCount * candidateCount * dimension < minProducts;
  if (!isSafe || isSmall || candidateCount === 0) return await searchTopK(request, onBlock);
  const opened = await engine();
  // The reference engine is this same loop with more steps.
  if (opened.id === "cpu") return await searchTopK(request, onBlock);
  const columns = Math.ceil(dimension / 4) * 4;
  const proposals = new Proposals(queryCount, Math.min(candidateCount, k + margin));
  const search: Search = { request, queryCount, candidateCount, columns, proposals, options };
  const chunk = options.chunkRows ?? Math.max(1024, Math.floor(CHUNK_VALUES / columns));
  for (let first = 0; first < candidateCount; first += chunk) {
    const rows = Math.min(chunk, candidateCount - first);
    await searchChunk(opened, search, first, rows, async (done) => {
      const share = (first + rows * (done / queryCount)) / candidateCount;
      // The last query is not done before its proof.
      await onBlock(Math.min(queryCount - 1, Math.floor(queryCount * share)), queryCount);
    });
  }
  const result = {
    indices: new Int32Array(queryCount * k).fill(-1),
    scores: new Float32Array(queryCount * k).fill(-Infinity),
  };
  const unproven: number[] = [];
  for (let query = 0; query < queryCount; query++) {
    if (!settle(search, query, longest, result)) unproven.push(query);
  }
  options.onUnproven?.(unproven.length);
  await searchAgain(request, unproven, result, () => onBlock(queryCount - 1, queryCount));
  await onBlock(queryCount, queryCount);
  return result;
}

async function searchAgain(
  request: TopKRequest,
  rows: readonly number[],
  result: TopKResult,
  onBlock: OnBlock,
): Promise<void> {
  if (rows.length === 0) return;
  const { dimension, k, queries } = request;
  const own = new Float32Array(rows.length * dimension);
  for (const [i, row] of rows.entries()) {
    own.set(queries.subarray(row * dimension, (row + 1) * dimension), i * dimension);
  }
  const again = await searchTopK({ ...request, queries: own }, onBlock);
  for (const [i, row] of rows.entries()) {
    result.indices.set(again.indices.subarray(i * k, (i + 1) * k), row * k);
    result.scores.set(again.scores.subarray(i * k, (i + 1) * k), row * k);
  }
}
