import { createStore, type StoreApi } from "zustand/vanilla";
import { BASELINE_IDS, type BaselineId } from "@/domain/benchmark/baselines";
import { cutEncoder } from "@/domain/benchmark/cut-encoder";
import type { BenchmarkEncoder } from "@/domain/benchmark/encoder";
import { directionOfRun, runFromLists } from "@/domain/benchmark/listed-run";
import { jobsOf, planBenchmark } from "@/domain/benchmark/plan";
import type { ColumnMapping } from "@/domain/benchmark/presets/custom";
import { runBenchmark, type BenchmarkRun, type RunUpdate } from "@/domain/benchmark/run-benchmark";
import {
  possibleDirections,
  type BenchmarkTask,
  type Direction,
  type Preset,
  type Split,
} from "@/domain/benchmark/task";
import type { Run } from "@/domain/trec";
import type { InferenceClient } from "@/inference/client/inference-client";
import type { ModelSummary } from "@/inference/protocol/messages";
import type { Clock } from "@/shared/lib/ports";
import { openVectorStore } from "@/shared/persistence/benchmark-vectors";
import type { BlobStore } from "@/shared/persistence/opfs";
import { createBaselineEncoder } from "../logic/baseline-encoder";
import { indexCandidates } from "../logic/candidate-index";
import {
  createDemoFiles,
  nameFiles,
  openFiles,
  readPixels,
  withExtraFiles,
} from "../runner/browser-files";
import { createGalleries } from "../runner/client-gallery";
import { createCachedEncoder } from "../runner/cached-encoder";
import { createClientEncoder } from "../runner/client-encoder";
import { createImportedEncoder } from "../logic/imported-encoder";
import { judge, type Judgements, type Verdict } from "../logic/judgements";
import { judgementPath, loadJudgements, saveJudgements } from "../runner/judgement-file";
import { readDataSet, type DataFiles } from "../logic/read-data-set";
import { readFiles } from "../runner/read-files";
import { isRunFile, readRun } from "../logic/read-trec";
import { readVectors, type VectorFile } from "../logic/read-vectors";
import { openStage, STAGE_WIDTHS, STAGES, stageKey, type Stage } from "../logic/stage-encoder";
import { fetchStageFile } from "../runner/fetch-stage";

export interface LoadedDataSet {
  readonly task: BenchmarkTask;
  readonly files: DataFiles;
  /** Images of free queries, by a name that no data set has. */
  readonly extra: Map<string, Blob>;
}

/** Vectors or rankings that another program made. */
export interface ImportedSystem {
  readonly name: string;
  readonly vectors?: VectorFile;
  readonly rankings?: Run;
}

/** What can be run: a model, a stage of its training, a baseline, or what was imported. */
export interface EncoderChoice {
  readonly key: string;
  readonly model?: ModelSummary;
  /** Stored vectors of the demo catalogue; for no other data set. */
  readonly stage?: Stage;
  readonly imported?: ImportedSystem;
  /** Leading dimensions of a model's or a stage's vectors; default all. */
  readonly width?: number;
}

export type RunStatus = "waiting" | "running" | "paused" | "done" | "cancelled" | "failed";

export interface RunState {
  readonly choice: EncoderChoice;
  readonly status: RunStatus;
  readonly update?: RunUpdate;
  /** Grows in place; `update` changes with it. */
  readonly run?: BenchmarkRun;
  readonly encoder?: BenchmarkEncoder;
  readonly startedAt: number;
  readonly elapsedMs: number;
  readonly error?: unknown;
}

export interface BenchState {
  readonly dataSet: LoadedDataSet | undefined;
  readonly opening: boolean;
  readonly openError: unknown;
  readonly imported: readonly ImportedSystem[];
  /** Why the last imported file could not be read. */
  readonly importError: unknown;
  /** Judgements made on the spot, apart from the data set's own relevance. */
  readonly judgements: Judgements;
  /** Why judgements could not be read or kept on disk; those in memory still count. */
  readonly judgementError: unknown;
  readonly runs: readonly RunState[];
  readonly isPaused: boolean;
}

export interface BenchActions {
  readonly openDemo: (language: "en" | "zh") => Promise<void>;
  readonly openFiles: (
    files: readonly File[],
    options: { readonly preset: Preset; readonly split: Split; readonly mapping?: ColumnMapping },
  ) => Promise<void>;
  /** A file of vectors, or a TREC run file. */
  readonly addSystem: (file: File) => Promise<void>;
  /** Runs one encoder after the other; earlier results of the same encoders are replaced. */
  readonly start: (
    choices: readonly EncoderChoice[],
    directions: readonly Direction[],
  ) => Promise<void>;
  readonly pause: () => void;
  readonly resume: () => void;
  readonly cancel: () => void;
  readonly dismiss: (key: string) => void;
  /** Relevant, not relevant, or no longer judged. */
  readonly judge: (query: string, candidate: string, verdict: Verdict | undefined) => void;
}

export type BenchStore = StoreApi<BenchState> & { readonly actions: BenchActions };

export interface BenchPorts {
  readonly client: InferenceClient;
  readonly blobs: BlobStore;
  readonly clock: Clock;
}

export function baselineChoices(): EncoderChoice[] {
  return BASELINE_IDS.map((key) => ({ key }));
}

export function stageChoices(): EncoderChoice[] {
  return STAGES.map((stage) => ({ key: stageKey(stage), stage }));
}

/** Widths to which the vectors may be cut, smallest first, the full one last. */
export function widthsOf({ model, stage }: EncoderChoice): readonly number[] {
  return stage === undefined ? (model?.dimensions ?? []) : STAGE_WIDTHS;
}

/** Raised when decoding, resizing or tokenising changes: kept vectors are then made again. */
const PREPROCESSING = 1;

/** Vectors of models are kept on disk; baselines are faster than the disk, imports are there already. */
async function openEncoder(
  choice: EncoderChoice,
  dataSet: LoadedDataSet,
  ports: BenchPorts,
): Promise<BenchmarkEncoder & { readonly flush?: () => Promise<void> }> {
  const files = withExtraFiles(dataSet.files, dataSet.extra);
  const { model, imported, stage, width } = choice;
  const cut = <E extends BenchmarkEncoder>(encoder: E) =>
    width === undefined ? encoder : cutEncoder(encoder, width);
  if (stage !== undefined) return cut(await openStage({ stage }, dataSet, fetchStageFile));
  if (model !== undefined) {
    const key = `${model.id}@${model.revision}-p${PREPROCESSING}`;
    const store = await openVectorStore(ports.blobs, key, ports.clock);
    return cut(createCachedEncoder(createClientEncoder(ports.client, model, files), store, files));
  }
  if (imported?.vectors !== undefined) {
    const { task } = dataSet;
    const plan = await planBenchmark(task, {
      directions: possibleDirections(task),
      views: ["t", "i", "mm"],
    });
    const keys = jobsOf(plan).map(({ key }) => key);
    return await createImportedEncoder(imported.name, imported.vectors, keys);
  }
  return createBaselineEncoder(choice.key as BaselineId, (image) => readPixels(files, image));
}

async function measureLists(
  task: BenchmarkTask,
  { name, rankings = new Map() }: ImportedSystem,
  directions: readonly Direction[],
  control: { readonly signal: AbortSignal; readonly giveWay: () => Promise<void> },
): Promise<BenchmarkRun> {
  const direction = directionOfRun(name, directions);
  return await runFromLists(task, { name, run: rankings, direction }, control);
}

const EMPTY: BenchState = {
  dataSet: undefined,
  opening: false,
  openError: undefined,
  imported: [],
  importError: undefined,
  judgements: new Map(),
  judgementError: undefined,
  runs: [],
  isPaused: false,
};

/** Milliseconds between two updates of the page while encoding. */
const UPDATE_MS = 150;

/** Items of one call: small where encoding takes time, so that pausing and cancelling act at once. */
const MODEL_BATCH = 16;
const LARGE_BATCH = 128;

/** What /benchmark and /search share: the data set, the encoders, and their runs. */
export function createBenchStore(ports: BenchPorts): BenchStore {
  const store = createStore<BenchState>()(() => EMPTY);
  const { setState: set, getState: get } = store;
  const openGallery = createGalleries(ports.client);
  let stopping: AbortController | undefined;
  let release: (() => void) | undefined;
  let gate: Promise<void> | undefined;
  let judgementsAt: string | undefined;
  let saving: Promise<void> = Promise.resolve();

  const change = (key: string, patch: Partial<RunState>) =>
    set(({ runs }) => ({
      runs: runs.map((entry) => (entry.choice.key === key ? { ...entry, ...patch } : entry)),
    }));

  async function open(read: () => Promise<LoadedDataSet>): Promise<void> {
    stopping?.abort(new DOMException("Another data set was opened", "AbortError"));
    set({ ...EMPTY, opening: true });
    try {
      const dataSet = await read();
      await indexCandidates(dataSet.task);
      judgementsAt = undefined;
      try {
        const path = await judgementPath(dataSet.task);
        set({ judgements: await loadJudgements(ports.blobs, path) });
        judgementsAt = path;
      } catch (judgementError) {
        // Without private storage judging works until the page is closed.
        set({ judgementError });
      }
      set({ dataSet, opening: false });
    } catch (openError) {
      set({ opening: false, openError });
    }
  }

  /** One write after the other; each holds everything judged when it was asked for. */
  function keepJudgements(): void {
    const path = judgementsAt;
    const { judgements } = get();
    if (path === undefined) return;
    saving = saving
      .then(() => saveJudgements(ports.blobs, path, judgements))
      .then(
        () => set({ judgementError: undefined }),
        (judgementError: unknown) => set({ judgementError }),
      );
  }

  async function runOne(
    choice: EncoderChoice,
    directions: readonly Direction[],
    signal: AbortSignal,
  ): Promise<void> {
    const dataSet = get().dataSet!;
    const startedAt = ports.clock.now();
    change(choice.key, { status: "running", startedAt });
    let flush: (() => Promise<void>) | undefined;
    const leave = () => void flush?.().catch(() => undefined);
    addEventListener("pagehide", leave);
    try {
      const giveWay = async () => {
        await ports.clock.sleep(0, signal);
        if (gate !== undefined) await flush?.();
        await gate;
      };
      if (choice.imported?.rankings !== undefined) {
        const run = await measureLists(dataSet.task, choice.imported, directions, {
          signal,
          giveWay,
        });
        change(choice.key, { status: "done", run, elapsedMs: ports.clock.now() - startedAt });
        return;
      }
      const encoder = await openEncoder(choice, dataSet, ports);
      flush = encoder.flush;
      let shownAt = -Infinity;
      const run = await runBenchmark(dataSet.task, encoder, {
        directions,
        signal,
        batch: choice.model === undefined ? LARGE_BATCH : MODEL_BATCH,
        openGallery,
        giveWay,
        onUpdate(update, current) {
          const now = ports.clock.now();
          if (now - shownAt < UPDATE_MS && update.phase !== "done") return;
          shownAt = now;
          change(choice.key, { update, run: current, encoder, elapsedMs: now - startedAt });
        },
      });
      change(choice.key, { status: "done", run, elapsedMs: ports.clock.now() - startedAt });
    } catch (error) {
      change(choice.key, signal.aborted ? { status: "cancelled" } : { status: "failed", error });
    } finally {
      removeEventListener("pagehide", leave);
      await flush?.().catch((error: unknown) => change(choice.key, { error }));
    }
  }

  const actions: BenchActions = {
    openDemo: (language) =>
      open(async () => {
        const files = createDemoFiles();
        const task = await readDataSet(files, { preset: "demo", language });
        return { task, files, extra: new Map() };
      }),
    openFiles: (chosen, options) =>
      open(async () => {
        const named = nameFiles(chosen);
        const [files, task] = await Promise.all([openFiles(named), readFiles(named, options)]);
        return { task, files, extra: new Map() };
      }),
    async addSystem(file) {
      const { name } = file;
      try {
        const entry: ImportedSystem = isRunFile(name)
          ? { name, rankings: await readRun(file, name) }
          : { name, vectors: await readVectors(file, name) };
        set(({ imported }) => ({
          importError: undefined,
          imported: [...imported.filter((other) => other.name !== name), entry],
        }));
      } catch (importError) {
        set({ importError });
      }
    },
    async start(choices, directions) {
      if (get().dataSet === undefined || stopping !== undefined) return;
      const own = (stopping = new AbortController());
      const keys = new Set(choices.map(({ key }) => key));
      const waiting = choices.map((choice): RunState => ({
        choice,
        status: "waiting",
        startedAt: 0,
        elapsedMs: 0,
      }));
      set(({ runs }) => ({
        runs: [...runs.filter(({ choice }) => !keys.has(choice.key)), ...waiting],
      }));
      try {
        for (const choice of choices) {
          if (own.signal.aborted) change(choice.key, { status: "cancelled" });
          else await runOne(choice, directions, own.signal);
        }
      } finally {
        if (stopping === own) stopping = undefined;
      }
    },
    pause() {
      gate ??= new Promise((resolve) => (release = resolve));
      set({ isPaused: true });
    },
    resume() {
      release?.();
      gate = undefined;
      set({ isPaused: false });
    },
    cancel() {
      stopping?.abort(new DOMException("Cancelled", "AbortError"));
      actions.resume();
    },
    judge(query, candidate, verdict) {
      set(({ judgements }) => ({ judgements: judge(judgements, query, candidate, verdict) }));
      keepJudgements();
    },
    dismiss: (key) =>
      set(({ runs }) => ({ runs: runs.filter(({ choice }) => choice.key !== key) })),
  };
  return Object.assign(store, { actions });
}
