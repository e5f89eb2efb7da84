import { createStore, type StoreApi } from "zustand/vanilla";
import type { InferenceClient } from "@/inference/client/inference-client";
import { AppError } from "@/shared/lib/errors";
import type { Clock, IdSource } from "@/shared/lib/ports";
import { MAX_CREATIVES, swapped, type Creative } from "../logic/creative";
import { createJob, reduceJob, type Job, type ModelChoice } from "../logic/job";
import { readCreative } from "./read-creative";
import { runJob } from "./run-job";

/** A file that could not be taken, while the others were. */
export interface FileProblem {
  readonly id: string;
  readonly name: string;
  readonly error: unknown;
}

export interface NewFile {
  readonly name: string;
  readonly blob: Blob;
}

export interface CompareState {
  readonly creatives: readonly Creative[];
  readonly title: string;
  readonly queries: readonly string[];
  /** Id of the example set on the table; absent once a picture of the visitor's own is there. */
  readonly example: string | undefined;
  readonly problems: readonly FileProblem[];
  /** The job on screen: running, or the last one that ended. */
  readonly job: Job | undefined;
  readonly queue: readonly Job[];
  readonly actions: CompareActions;
}

export interface CompareActions {
  /** Adds the visitor's pictures; what cannot be read is named in `problems`. */
  readonly addFiles: (files: readonly NewFile[]) => Promise<void>;
  /** Replaces everything on the table by an example set, and returns its pictures. */
  readonly openExample: (example: OpenedExample) => Promise<readonly Creative[]>;
  readonly remove: (id: string) => void;
  readonly swap: (first: number, second: number) => void;
  readonly clear: () => void;
  readonly setTitle: (title: string) => void;
  readonly setQueries: (queries: readonly string[]) => void;
  readonly dismissProblem: (id: string) => void;
  /** Asks for a comparison of what is on the table; it waits while another one runs. */
  readonly submit: (model: ModelChoice, language: "en" | "zh") => void;
  readonly showStored: (job: Job) => void;
  readonly cancel: () => void;
  readonly cancelQueued: (id: string) => void;
  readonly dispose: () => void;
}

export interface OpenedExample {
  readonly id: string;
  readonly title: string;
  readonly queries: readonly string[];
  readonly files: readonly NewFile[];
}

export interface CompareDependencies {
  readonly client: InferenceClient;
  readonly clock: Clock;
  readonly ids: IdSource;
}

export type CompareStore = StoreApi<CompareState>;

type Set = CompareStore["setState"];
type Get = CompareStore["getState"];

/** Reads files one by one, so that one bad file loses none of the others. */
async function readFiles(
  files: readonly NewFile[],
  origin: Creative["origin"],
  ids: IdSource,
): Promise<{ creatives: Creative[]; problems: FileProblem[] }> {
  const creatives: Creative[] = [];
  const problems: FileProblem[] = [];
  for (const file of files) {
    try {
      creatives.push(await readCreative({ ...file, origin }, ids));
    } catch (error) {
      problems.push({ id: ids(), name: file.name, error });
    }
  }
  return { creatives, problems };
}

/** Frees the pictures that neither the table nor any job shows. */
function releaseUnused(before: CompareState, after: CompareState): void {
  const shown = (state: CompareState) => [
    ...state.creatives,
    ...[state.job, ...state.queue].flatMap((job) => job?.creatives ?? []),
  ];
  const kept = new Set(shown(after).map(({ url }) => url));
  for (const { url } of shown(before)) if (!kept.has(url)) URL.revokeObjectURL(url);
}

const EMPTY_TABLE = {
  creatives: [],
  title: "",
  queries: [],
  example: undefined,
  problems: [],
} as const;

function createFormActions(set: Set, get: Get, ids: IdSource) {
  return {
    async addFiles(files: readonly NewFile[]) {
      const before = get();
      const taken = before.example === undefined ? before.creatives.length : 0;
      const room = MAX_CREATIVES - taken;
      const { creatives, problems } = await readFiles(files.slice(0, room), "own", ids);
      for (const file of files.slice(room)) {
        const error = new AppError(
          "input-invalid",
          `${file.name}: at most ${MAX_CREATIVES} creatives are compared at a time; remove one first`,
        );
        problems.push({ id: ids(), name: file.name, error });
      }
      set((state) => {
        // The visitor's own pictures take the place of an example, they do not join it; a file that
        // could not be read takes nothing's place.
        const isReplaced = state.example !== undefined && creatives.length > 0;
        const kept = isReplaced ? EMPTY_TABLE : state;
        return {
          ...(isReplaced ? EMPTY_TABLE : {}),
          creatives: [...kept.creatives, ...creatives],
          problems: [...kept.problems, ...problems],
        };
      });
    },
    async openExample(example: OpenedExample) {
      const { creatives, problems } = await readFiles(example.files, "example", ids);
      const { id, title, queries } = example;
      // A comparison under way goes on and stays in sight; an ended one makes room.
      set(({ job }) => ({
        creatives,
        problems,
        title,
        queries,
        example: id,
        job: job?.status === "running" ? job : undefined,
      }));
      return creatives;
    },
    remove(id: string) {
      set((state) => ({
        creatives: state.creatives.filter((creative) => creative.id !== id),
        example: undefined,
      }));
    },
    swap(first: number, second: number) {
      set((state) => ({ creatives: swapped(state.creatives, first, second) }));
    },
    clear() {
      set(({ job }) => ({
        ...EMPTY_TABLE,
        job: job?.status === "running" ? job : undefined,
      }));
    },
    setTitle: (title: string) => set({ title }),
    setQueries: (queries: readonly string[]) => set({ queries }),
    dismissProblem(id: string) {
      set((state) => ({ problems: state.problems.filter((problem) => problem.id !== id) }));
    },
  };
}

function createJobActions(set: Set, get: Get, { client, clock, ids }: CompareDependencies) {
  let running: AbortController | undefined;

  async function drain(): Promise<void> {
    if (running !== undefined) return;
    const [next, ...queue] = get().queue;
    if (next === undefined) return;
    const controller = new AbortController();
    running = controller;
    set({ job: next, queue });
    await runJob(next, client, controller.signal, (event) =>
      set(({ job }) => (job?.id === next.id ? { job: reduceJob(job, event) } : {})),
    );
    running = undefined;
    void drain();
  }

  return {
    submit(model: ModelChoice, language: "en" | "zh") {
      const { creatives, title, queries } = get();
      const job = createJob(ids(), { creatives, title, queries, language, model }, clock.now());
      set((state) => ({ queue: [...state.queue, job] }));
      void drain();
    },
    showStored: (job: Job) => set({ job }),
    cancel() {
      running?.abort(new DOMException("Cancelled by the visitor", "AbortError"));
    },
    cancelQueued(id: string) {
      set((state) => ({ queue: state.queue.filter((job) => job.id !== id) }));
    },
    dispose() {
      set({ queue: [] });
      running?.abort(new DOMException("The page was left", "AbortError"));
    },
  };
}

/** The state of one Compare page. */
export function createCompareStore(dependencies: CompareDependencies): CompareStore {
  const store = createStore<CompareState>()((set, get) => ({
    ...EMPTY_TABLE,
    job: undefined,
    queue: [],
    actions: {
      ...createFormActions(set, get, dependencies.ids),
      ...createJobActions(set, get, dependencies),
    },
  }));
  store.subscribe((after, before) => releaseUnused(before, after));
  return store;
}
