/** One encoder over one task: encodes, scores while it goes, predicts labels. Pure but for the ports. */
import { openPlainGallery, type OpenGallery } from "../retrieval/gallery";
import type { LiveSnapshot } from "../retrieval/live-figures";
import type { TieRule } from "../retrieval/true-rank";
import { predictLabels, type PredictionResult } from "./classify";
import type { BenchmarkEncoder, EncodeJob } from "./encoder";
import { labelSources, planBenchmark, subjectsOf, type BenchmarkPlan } from "./plan";
import { createPoolRanking, type PoolRanking, type RankedCandidate } from "./pool-ranking";
import { mainDirection, createDirectionScorer, type DirectionScorer } from "./score-direction";
import {
  viewsOf,
  type BenchmarkQuery,
  type BenchmarkTask,
  type Direction,
  type View,
} from "./task";
import { createVectorTable, type VectorTable } from "./vectors";

export type RunPhase = "candidates" | "labels" | "queries" | "predict" | "done";

export interface RunUpdate {
  readonly phase: RunPhase;
  /** Vectors made so far, of all. */
  readonly done: number;
  readonly total: number;
  readonly failures: number;
}

export interface EncodeFailure {
  readonly key: string;
  readonly reason: string;
}

export interface RunOptions {
  readonly directions: readonly Direction[];
  readonly limit?: number;
  readonly seed?: number;
  readonly tieRule?: TieRule;
  readonly classify?: boolean;
  readonly batch?: number;
  readonly signal: AbortSignal;
  /** Awaited between batches: gives way to the page, and holds while paused. */
  readonly giveWay?: () => Promise<void>;
  readonly onUpdate?: (update: RunUpdate, run: BenchmarkRun) => void;
  /** Where rankings are computed; default: plain loops in this thread. */
  readonly openGallery?: OpenGallery;
}

/** Quality against dimension, of the direction that stands for the run. */
export interface WidthCurve {
  readonly direction: Direction;
  readonly points: readonly CurvePoint[];
}

/** Everything a run knows, growing while it goes. */
export interface BenchmarkRun {
  readonly task: BenchmarkTask;
  readonly encoder: Pick<
    BenchmarkEncoder,
    "id" | "revision" | "views" | "fusion" | "dimensions" | "width"
  >;
  readonly plan: BenchmarkPlan;
  readonly candidates: ReadonlyMap<View, VectorTable>;
  readonly queries: ReadonlyMap<View, VectorTable>;
  readonly scorers: ReadonlyMap<Direction, DirectionScorer>;
  /** Of the candidates, per view. */
  readonly rankings: ReadonlyMap<View, PoolRanking>;
  /** Instead of vectors: each query's list, made elsewhere. */
  readonly lists?: ReadonlyMap<Direction, ReadonlyMap<string, readonly RankedCandidate[]>>;
  /** Only for encoders whose vectors can be cut, after the last query. */
  curve: WidthCurve | undefined;
  readonly predictions: PredictionResult[];
  readonly failures: EncodeFailure[];
  /** Directions asked for that this encoder has no view for. */
  readonly unsupported: readonly Direction[];
  readonly options: Pick<RunOptions, "directions" | "limit" | "seed" | "tieRule" | "classify">;
  isComplete: boolean;
}

/** Jobs per call of the encoder, unless told. */
const BATCH = 32;

type StartedRun = Awaited<ReturnType<typeof startRun>>;

async function startRun(task: BenchmarkTask, encoder: BenchmarkEncoder, options: RunOptions) {
  const { tieRule, directions, openGallery = openPlainGallery } = options;
  const plan = await planBenchmark(task, { ...options, views: encoder.views });
  const candidates = new Map<View, VectorTable>();
  const queries = new Map<View, VectorTable>();
  for (const { view } of plan.candidates) {
    if (!candidates.has(view)) candidates.set(view, createVectorTable(task.candidates.length));
  }
  for (const { jobs } of plan.queries) {
    for (const { view } of jobs) {
      if (!queries.has(view)) queries.set(view, createVectorTable(plan.queries.length));
    }
  }
  const supported = directions.filter((direction) => {
    const views = viewsOf(direction);
    return encoder.views.includes(views.query) && encoder.views.includes(views.candidate);
  });
  const asked = plan.queries.map(({ query }) => query);
  const rankings = new Map(
    [...candidates].map(([view, pool]) => [view, createPoolRanking(pool, openGallery)] as const),
  );
  const settings = { queries: asked, ...(tieRule === undefined ? {} : { tieRule }) };
  const scorers = new Map<Direction, DirectionScorer>();
  for (const direction of supported) {
    const ranking =
      rankings.get(viewsOf(direction).candidate) ??
      createPoolRanking(createVectorTable(0), openGallery);
    scorers.set(direction, createDirectionScorer(task, direction, ranking, settings));
  }
  const run: BenchmarkRun = {
    task,
    encoder,
    plan,
    candidates,
    queries,
    scorers,
    rankings,
    curve: undefined,
    predictions: [],
    failures: [],
    unsupported: directions.filter((direction) => !supported.includes(direction)),
    options,
    isComplete: false,
  };
  return { run, candidates, queries };
}

/**
 * Runs the benchmark.
 *
 * Candidates come first, since a query needs all of them; queries come in random order, so that the
 * figures shown meanwhile estimate the final ones.
 *
 * @param task - what to measure.
 * @param encoder - what makes vectors.
 * @param options - directions, limits, and ports to the outside.
 * @returns the finished run. A cancelled one rejects with the signal's reason; `onUpdate` had it.
 */
export async function runBenchmark(
  task: BenchmarkTask,
  encoder: BenchmarkEncoder,
  options: RunOptions,
): Promise<BenchmarkRun> {
  const started = await startRun(task, encoder, options);
  const { run } = started;
  try {
    await fillRun(started, encoder, options);
  } finally {
    for (const ranking of run.rankings.values()) ranking.close();
  }
  return run;
}

async function fillRun(
  { run, candidates, queries }: StartedRun,
  encoder: BenchmarkEncoder,
  options: RunOptions,
): Promise<void> {
  const { signal, batch = BATCH, giveWay = () => Promise.resolve(), onUpdate } = options;
  const { plan } = run;
  const labels = createVectorTable(plan.labels.length);
  const queryJobs = plan.queries.reduce((sum, { jobs }) => sum + jobs.length, 0);
  const total = plan.candidates.length + plan.labels.length + queryJobs;
  let done = 0;
  const update = (phase: RunPhase) =>
    onUpdate?.({ phase, done, total, failures: run.failures.length }, run);
  const encode = async (jobs: readonly EncodeJob[], tableOf: (job: EncodeJob) => VectorTable) => {
    signal.throwIfAborted();
    await giveWay();
    signal.throwIfAborted();
    const { vectors, dimension, failures } = await encoder.encode(jobs, signal);
    const failed = new Map(failures.map(({ index, reason }) => [index, reason]));
    for (const [i, job] of jobs.entries()) {
      const reason = failed.get(i);
      if (reason !== undefined) run.failures.push({ key: job.key, reason });
      else tableOf(job).add(job.id, vectors.subarray(i * dimension, (i + 1) * dimension));
    }
    done += jobs.length;
  };
  for (let at = 0; at < plan.candidates.length; at += batch) {
    await encode(plan.candidates.slice(at, at + batch), ({ view }) => candidates.get(view)!);
    update("candidates");
  }
  for (let at = 0; at < plan.labels.length; at += batch) {
    await encode(plan.labels.slice(at, at + batch), () => labels);
    update("labels");
  }
  for (let at = 0; at < plan.queries.length; at += batch) {
    const slice = plan.queries.slice(at, at + batch);
    await encode(
      slice.flatMap(({ jobs }) => jobs),
      ({ view }) => queries.get(view)!,
    );
    await scoreQueries(
      run,
      slice.map(({ query }) => query),
      signal,
    );
    update("queries");
  }
  update("predict");
  run.curve = await curveOf(run, options);
  run.predictions.push(...(await predict({ run, candidates, queries }, labels, options)));
  run.isComplete = true;
  update("done");
}

async function predict(
  { run, candidates, queries }: StartedRun,
  labels: VectorTable,
  { signal, giveWay, openGallery = openPlainGallery }: RunOptions,
): Promise<PredictionResult[]> {
  const { task, plan } = run;
  if (plan.subjectView === undefined) return [];
  const tables = task.subjects === "candidates" ? candidates : queries;
  return await predictLabels(
    subjectsOf(task),
    labelSources(task),
    task.levels,
    tables.get(plan.subjectView) ?? createVectorTable(0),
    labels,
    openGallery,
    async () => {
      signal.throwIfAborted();
      await giveWay?.();
    },
  );
}

async function scoreQueries(
  run: BenchmarkRun,
  queries: readonly BenchmarkQuery[],
  signal: AbortSignal,
): Promise<void> {
  for (const [direction, scorer] of run.scorers) {
    const vectors = run.queries.get(viewsOf(direction).query);
    await scorer.add(
      queries.map((query) => ({ query, vector: vectors?.vector(query.id) })),
      signal,
    );
  }
}

/** Figures of one direction as they stand. */
export function snapshotOf(scorer: DirectionScorer): LiveSnapshot {
  return scorer.figures.snapshot({ expected: scorer.expected });
}

export interface CurvePoint {
  readonly width: number;
  readonly snapshot: LiveSnapshot;
}

/** Queries ranked at once for a curve. */
const CURVE_BATCH = 128;

/**
 * Quality against dimension: the first `width` values, renormalised (Matryoshka, Kusupati et al. 2022,
 * arXiv:2205.13147). Not for imported or hashed vectors, whose order of values means nothing.
 */
async function curveOf(run: BenchmarkRun, options: RunOptions): Promise<WidthCurve | undefined> {
  const { signal, tieRule, openGallery = openPlainGallery, giveWay } = options;
  const { dimensions: widths = [] } = run.encoder;
  const direction = mainDirection(run.scorers);
  if (widths.length < 2 || direction === undefined) return undefined;
  const views = viewsOf(direction);
  const vectors = run.queries.get(views.query);
  const queries = run.plan.queries.map(({ query }) => query);
  const settings = { queries, ...(tieRule === undefined ? {} : { tieRule }) };
  const points: CurvePoint[] = [];
  for (const width of widths) {
    const ranking = createPoolRanking(run.candidates.get(views.candidate)!, openGallery, width);
    const scorer = createDirectionScorer(run.task, direction, ranking, settings);
    for (let at = 0; at < queries.length; at += CURVE_BATCH) {
      await giveWay?.();
      const asked = queries.slice(at, at + CURVE_BATCH);
      await scorer.add(
        asked.map((query) => ({ query, vector: vectors?.vector(query.id) })),
        signal,
      );
    }
    ranking.close();
    points.push({ width, snapshot: snapshotOf(scorer) });
  }
  return { direction, points };
}
