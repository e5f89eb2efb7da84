import { AppError } from "@/shared/lib/errors";
import type { FormatId } from "../logic/export/formats";
import { createMirrorFeed, type MirrorFeed } from "../logic/project-mirror";
import type { Reports } from "../logic/report-tasks";
import type { ExportResult } from "../logic/export/whole-export";
import type { ProjectData } from "../logic/export/project-data";
import { turn } from "@/shared/lib/turn";
import type { BackgroundAnswer, BackgroundRequest } from "./messages";

/** Long computations on an open project, in a worker that holds a copy of it. */
export interface Background {
  /** A report on the project as it is when its turn comes. */
  report<K extends keyof Reports>(name: K): Promise<Reports[K]>;
  writeExport(
    format: FormatId,
    images: ReadonlyMap<string, Blob> | undefined,
    now: number,
    options: ExportControl,
  ): Promise<ExportResult>;
  close(): void;
}

export interface ExportControl {
  readonly signal: AbortSignal;
  readonly onProgress: (done: number, total: number) => void;
}

/** Where the project is read from, whenever a question begins. */
export interface ProjectReader {
  readonly store: { readonly getState: () => ProjectData };
}

interface Running {
  readonly worker: Worker;
  readonly feed: MirrorFeed;
}

type Question = Exclude<BackgroundRequest, { readonly kind: "part" }>;

async function bringUpToDate(
  { worker, feed }: Running,
  handle: ProjectReader,
  signal: AbortSignal,
) {
  let since = performance.now();
  for (const part of feed.partsFor(handle.store.getState())) {
    worker.postMessage({ kind: "part", part } satisfies BackgroundRequest);
    if (performance.now() - since > 8) {
      await turn();
      signal.throwIfAborted();
      since = performance.now();
    }
  }
}

function errorOf({ error }: BackgroundAnswer & { readonly kind: "failed" }): Error {
  const { message, code, details } = error;
  if (code === undefined) return new Error(message);
  return new AppError(code, message, details === undefined ? {} : { details });
}

/** Answers come one at a time: the worker is never asked twice at once. */
function ask(
  worker: Worker,
  question: Question,
  { signal, onProgress }: ExportControl,
): Promise<BackgroundAnswer> {
  return new Promise((resolve, reject) => {
    const onMessage = ({ data }: MessageEvent<BackgroundAnswer>) => {
      if (data.kind === "progress") return onProgress(data.done, data.total);
      stop();
      if (data.kind === "failed") reject(errorOf(data));
      else resolve(data);
    };
    const onError = ({ message }: ErrorEvent) => {
      stop();
      reject(new AppError("unsupported", `The project's worker stopped (${message}).`));
    };
    const onAbort = () => {
      stop();
      reject(signal.reason as Error);
    };
    const stop = () => {
      worker.removeEventListener("message", onMessage);
      worker.removeEventListener("error", onError);
      signal.removeEventListener("abort", onAbort);
    };
    worker.addEventListener("message", onMessage);
    worker.addEventListener("error", onError);
    signal.addEventListener("abort", onAbort);
    worker.postMessage(question);
  });
}

/**
 * The worker of one open project. It begins with the first question; one that is cancelled or fails
 * ends it, and the next one begins another.
 */
export function createBackground(handle: ProjectReader): Background {
  let running: Running | undefined;
  let last: Promise<unknown> = Promise.resolve();

  function end(): void {
    running?.worker.terminate();
    running = undefined;
  }
  async function run(question: Question, control: ExportControl): Promise<BackgroundAnswer> {
    control.signal.throwIfAborted();
    running ??= {
      worker: new Worker(new URL("project.worker.ts", import.meta.url), { type: "module" }),
      feed: createMirrorFeed(),
    };
    try {
      await bringUpToDate(running, handle, control.signal);
      return await ask(running.worker, question, control);
    } catch (error) {
      // Half a feed or half an answer may be on its way: a fresh worker knows where it stands.
      end();
      throw error;
    }
  }
  /** One question after another; one that fails does not hold up the next. */
  function inTurn(question: Question, control: ExportControl): Promise<BackgroundAnswer> {
    const next = last.then(() => run(question, control));
    last = next.catch(() => undefined);
    return next;
  }

  return {
    async report(name) {
      // Nobody's leaving ends it: the copy of the project is worth more than the moment saved.
      const control = { signal: new AbortController().signal, onProgress: () => undefined };
      const answer = await inTurn({ kind: "report", name }, control);
      if (answer.kind !== "report") throw new Error(`background: got ${answer.kind} for ${name}`);
      return answer.report as Reports[typeof name];
    },
    async writeExport(format, images, now, control) {
      const answer = await inTurn({ kind: "export", format, images, now }, control);
      if (answer.kind !== "export") throw new Error(`background: got ${answer.kind} for an export`);
      return answer.result;
    },
    close: end,
  };
}

/** A project's own export without images, written beside the page by a worker of its own. */
export async function writeBeside(
  data: ProjectData,
  now: number,
  signal: AbortSignal,
): Promise<ExportResult> {
  const background = createBackground({ store: { getState: () => data } });
  try {
    const control = { signal, onProgress: () => undefined };
    return await background.writeExport("native", undefined, now, control);
  } finally {
    background.close();
  }
}
