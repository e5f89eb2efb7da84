import type { Reports } from "../logic/report-tasks";
import type { ProjectHandle } from "../store/open-project";
import type { Background } from "./background";

export interface LiveReport<T> {
  /** The newest report that is finished; undefined before the first one. */
  readonly report: T | undefined;
  /** True while the report does not yet hold everything that was decided. */
  readonly isUpdating: boolean;
  readonly error: unknown;
}

/** Judgements come in bursts: what comes within this time goes into one report. */
const SETTLE_MS = 100;

/**
 * Keeps a report up with the project. One is computed at a time; whatever changes meanwhile goes
 * into the next one, so that fast labelling in another tab never builds up a queue.
 *
 * @returns stops following.
 */
export function followReport<K extends keyof Reports>(
  { background, handle }: { readonly background: Background; readonly handle: ProjectHandle },
  name: K,
  onChange: (live: LiveReport<Reports[K]>) => void,
): () => void {
  let live: LiveReport<Reports[K]> = { report: undefined, isUpdating: true, error: undefined };
  let isStopped = false;
  let isStale = true;
  let isBusy = false;
  let timer: ReturnType<typeof setTimeout> | undefined;

  const tell = (change: Partial<LiveReport<Reports[K]>>) => {
    live = { ...live, ...change };
    if (!isStopped) onChange(live);
  };
  async function compute(): Promise<void> {
    isBusy = true;
    isStale = false;
    try {
      const report = await background.report(name);
      tell({ report, error: undefined });
    } catch (error) {
      tell({ error });
    }
    isBusy = false;
    if (isStale) schedule();
    else tell({ isUpdating: false });
  }
  function schedule(): void {
    if (isBusy || isStopped) return;
    clearTimeout(timer);
    timer = setTimeout(() => void compute(), SETTLE_MS);
  }
  const stop = handle.store.subscribe(() => {
    isStale = true;
    if (!live.isUpdating) tell({ isUpdating: true });
    schedule();
  });
  // The first one has nothing to wait for.
  void compute();
  return () => {
    isStopped = true;
    clearTimeout(timer);
    stop();
  };
}
