/**
 * A gallery on an engine. Its candidates stay there between requests; the engine multiplies tile by
 * tile, and `QueryCounter` compares a tile's scores, which may be off by float32's error, with exact
 * ones. The counts are therefore those of the plain loop on every engine, and only one tile of scores
 * is in memory.
 */
import {
  emptyRanks,
  QueryCounter,
  rankTargets,
  type Candidates,
  type RankRequest,
  type RankResult,
} from "@/domain/retrieval/gallery";
import type { OnBlock, TopKResult } from "@/domain/retrieval/top-k";
import type { Engine, LoadedModel, LoadedProgram, Program, Weights } from "../engines/engine";
import type { Ops } from "../ops/ops";
import { longestRow, matrixSource, padRows, scoreError } from "./engine-rows";
import { searchTopKOnEngine } from "./engine-top-k";

/** Values of candidates in one tile: 32,768 rows of 256. */
const TILE_VALUES = 2 ** 23;
/** Queries per run: 128 × 32,768 scores are 16 MiB. */
const BATCHES = [16, 128] as const;
/** Below this many products of pairs and values the plain loop is faster. */
const MIN_PRODUCTS = 2 ** 24;
/** For fewer queries it does not pay to move the candidates to the engine. */
const MIN_QUERIES = 8;
/** Larger galleries leave the engine after each request. */
const MAX_RESIDENT_VALUES = 2 ** 27;

interface Tile {
  readonly first: number;
  readonly rows: number;
  readonly model: LoadedModel;
  readonly programs: Map<number, LoadedProgram>;
}

export interface EngineGalleryOptions {
  readonly engine: () => Promise<Engine>;
  /** Milliseconds. */
  readonly now: () => number;
  /** For tests. */
  readonly tileRows?: number;
  readonly minProducts?: number;
  readonly minQueries?: number;
}

function scoreProgram(batch: number, columns: number): Program {
  return {
    name: `scores-of-${batch}`,
    family: "scores",
    inputs: { queries: { dtype: "float32", shape: [batch, columns] } },
    build<T>(ops: Ops<T>, weights: Weights<T>, inputs: Readonly<Record<string, T>>) {
      return { scores: ops.linear(inputs["queries"]!, weights.matrix("candidates")) };
    },
  };
}

export class EngineGallery {
  private readonly candidates: Candidates;
  private readonly options: EngineGalleryOptions;
  private readonly columns: number;
  private readonly longest: number;
  private engine: Engine | undefined;
  private tiles: readonly Tile[] = [];

  constructor(candidates: Candidates, options: EngineGalleryOptions) {
    this.candidates = candidates;
    this.options = options;
    this.columns = Math.ceil(candidates.dimension / 4) * 4;
    this.longest = longestRow(candidates.values, candidates.dimension);
  }

  async top(queries: Float32Array, k: number, onBlock: OnBlock): Promise<TopKResult> {
    const { values, dimension } = this.candidates;
    const { engine, now, minProducts = MIN_PRODUCTS, minQueries = MIN_QUERIES } = this.options;
    const isFew = queries.length < minQueries * dimension;
    return await searchTopKOnEngine({ queries, candidates: values, dimension, k }, engine, {
      now,
      onBlock,
      minProducts: isFew ? Infinity : minProducts,
    });
  }

  async rank(request: RankRequest, onBlock: OnBlock): Promise<RankResult> {
    const { values, dimension } = this.candidates;
    const { minProducts = MIN_PRODUCTS, minQueries = MIN_QUERIES } = this.options;
    const { queries } = request;
    const count = queries.length / dimension;
    // False for NaN too: only finite scores can be bounded.
    const isSafe = this.longest * longestRow(queries, dimension) < 1e37;
    const isSmall = count * values.length < minProducts || count < minQueries;
    if (!isSafe || isSmall) return await rankTargets(this.candidates, request, onBlock);
    const engine = await this.options.engine();
    // The reference engine is the plain loop with more steps.
    if (engine.id === "cpu") return await rankTargets(this.candidates, request, onBlock);
    const tiles = await this.open(engine);
    const result = emptyRanks(request, dimension);
    const batch = BATCHES.find((size) => size >= count) ?? BATCHES.at(-1)!;
    for (let start = 0; start < count; start += batch) {
      const end = Math.min(count, start + batch);
      await this.rankBatch(request, start, end, batch, tiles, result);
      await onBlock(end, count);
    }
    if (values.length > MAX_RESIDENT_VALUES) this.dispose();
    return result;
  }

  /** Frees what lies on the engine. */
  dispose(): void {
    const { tiles } = this;
    this.tiles = [];
    this.engine = undefined;
    for (const { model, programs } of tiles) {
      try {
        for (const program of programs.values()) program.dispose();
        model.dispose();
      } catch {
        // A lost device has freed everything already.
      }
    }
  }

  private async open(engine: Engine): Promise<readonly Tile[]> {
    if (this.engine === engine) return this.tiles;
    this.dispose();
    const { values, dimension } = this.candidates;
    const size = values.length / dimension;
    const most = this.options.tileRows ?? Math.max(1024, Math.floor(TILE_VALUES / this.columns));
    const tiles: Tile[] = [];
    for (let first = 0; first < size; first += most) {
      const rows = Math.min(most, size - first);
      const data = padRows(values, dimension, this.columns, first, rows);
      const model = await engine.loadModel(matrixSource(data, rows, this.columns));
      tiles.push({ first, rows, model, programs: new Map() });
    }
    this.engine = engine;
    this.tiles = tiles;
    return tiles;
  }

  private async rankBatch(
    request: RankRequest,
    start: number,
    end: number,
    batch: number,
    tiles: readonly Tile[],
    result: RankResult,
  ): Promise<void> {
    const { dimension } = this.candidates;
    const { queries } = request;
    const counters = Array.from({ length: end - start }, (_, i) => {
      const query = start + i;
      const vector = queries.subarray(query * dimension, (query + 1) * dimension);
      const error = scoreError(dimension, longestRow(vector, dimension) * this.longest);
      return new QueryCounter(this.candidates, request, query, error, result);
    });
    const data = padRows(queries, dimension, this.columns, start, end - start, batch);
    for (const { first, rows, model, programs } of tiles) {
      const program =
        programs.get(batch) ?? (await model.program(scoreProgram(batch, this.columns)));
      programs.set(batch, program);
      const { outputs } = await program.run({
        queries: { dtype: "float32", shape: [batch, this.columns], data },
      });
      const scores = outputs["scores"]!.data as Float32Array;
      for (const [i, counter] of counters.entries()) {
        counter.add(scores.subarray(i * rows, (i + 1) * rows), first);
      }
    }
    for (const counter of counters) counter.finish();
  }
}
