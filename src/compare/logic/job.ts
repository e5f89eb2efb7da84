import type { ProtocolAnswers, QuestionId } from "@/domain/evaluation-protocol";
import { allPairs, type Creative, type PairIndex } from "./creative";
import type { OrderLines } from "./question-rows";

/** `AB`: as given; `BA`: with the sides exchanged. */
export type Order = "AB" | "BA";

/** One finished run in one order, in its own terms. The worker's result has this shape. */
export interface FinishedRun {
  readonly order: Order;
  readonly text: string;
  readonly answers: ProtocolAnswers;
  readonly reasons: Readonly<Partial<Record<QuestionId, string>>>;
  readonly probabilityA: number;
  readonly isWellFormed: boolean;
  readonly tokens: number;
}

export interface PairOutcome {
  readonly runs: readonly [FinishedRun, FinishedRun];
  readonly probabilityA: number;
  readonly ordersAgree: boolean;
  readonly engine: string;
  readonly timings: {
    readonly encodeMs: number;
    readonly generateMs: number;
    readonly totalMs: number;
  };
}

/** What is under way within a pair. */
export interface Step {
  readonly step: string;
  readonly done: number;
  readonly total?: number;
  readonly unit: "bytes" | "items" | "tokens" | "steps";
  /** A download that broke off waits to be tried again. */
  readonly failedAttempts?: number;
  readonly remainingMs?: number;
}

export interface PairState extends PairIndex {
  readonly status: "waiting" | "running" | "done" | "failed";
  readonly lines: Readonly<Record<Order, OrderLines>>;
  /** The text a run is writing, as far as it has come. */
  readonly text: Readonly<Record<Order, string>>;
  readonly step?: Step;
  readonly outcome?: PairOutcome;
  readonly error?: unknown;
}

export interface ModelChoice {
  readonly id: string;
  readonly revision: string;
  readonly name: string;
}

/** Everything one comparison was asked with; a later edit of the form does not change it. */
export interface CompareRequest {
  readonly creatives: readonly Creative[];
  readonly title: string;
  readonly queries: readonly string[];
  readonly language: "en" | "zh";
  readonly model: ModelChoice;
}

export interface Job extends CompareRequest {
  readonly id: string;
  readonly status: "queued" | "running" | "done" | "cancelled";
  readonly pairs: readonly PairState[];
  /** When it was asked for, ms since the epoch. */
  readonly createdAt: number;
  /** True for the stored result a first visit opens with. */
  readonly isStored?: boolean;
}

const NO_LINES: OrderLines = { answers: {}, reasons: {} };

function waitingPair(pair: PairIndex): PairState {
  return {
    ...pair,
    status: "waiting",
    lines: { AB: NO_LINES, BA: NO_LINES },
    text: { AB: "", BA: "" },
  };
}

export function createJob(id: string, request: CompareRequest, createdAt: number): Job {
  return {
    ...request,
    id,
    createdAt,
    status: "queued",
    pairs: allPairs(request.creatives.length).map(waitingPair),
  };
}

/** What happens to a job, pair by pair. */
export type JobEvent =
  | { readonly kind: "started" }
  | { readonly kind: "pair-started"; readonly pair: number }
  | { readonly kind: "step"; readonly pair: number; readonly step: Step }
  | {
      readonly kind: "line";
      readonly pair: number;
      readonly order: Order;
      readonly question: QuestionId;
      readonly answer: string;
      readonly reason: string;
    }
  | { readonly kind: "text"; readonly pair: number; readonly order: Order; readonly text: string }
  | { readonly kind: "pair-done"; readonly pair: number; readonly outcome: PairOutcome }
  | { readonly kind: "pair-failed"; readonly pair: number; readonly error: unknown }
  | { readonly kind: "cancelled" }
  | { readonly kind: "finished" };

function withPair(job: Job, index: number, change: (pair: PairState) => PairState): Job {
  return { ...job, pairs: job.pairs.map((pair, i) => (i === index ? change(pair) : pair)) };
}

function withoutStep(pair: PairState): PairState {
  const { step: _step, ...rest } = pair;
  return rest;
}

function withLine(
  pair: PairState,
  { order, question, answer, reason }: Extract<JobEvent, { kind: "line" }>,
): PairState {
  const before = pair.lines[order];
  const after: OrderLines = {
    answers: { ...before.answers, [question]: answer },
    reasons: reason === "" ? before.reasons : { ...before.reasons, [question]: reason },
  };
  return { ...pair, lines: { ...pair.lines, [order]: after } };
}

function withOutcome(pair: PairState, outcome: PairOutcome): PairState {
  const [given, exchanged] = outcome.runs;
  return {
    ...withoutStep(pair),
    status: "done",
    outcome,
    lines: { AB: given, BA: exchanged },
    text: { AB: given.text, BA: exchanged.text },
  };
}

/** Pairs that were interrupted go back to waiting; what is done stays. */
function cancelled(job: Job): Job {
  const pairs = job.pairs.map((pair) =>
    pair.status === "running" ? { ...withoutStep(pair), status: "waiting" as const } : pair,
  );
  return { ...job, status: "cancelled", pairs };
}

/** The job after an event. A failed pair leaves the others as they are. */
export function reduceJob(job: Job, event: JobEvent): Job {
  switch (event.kind) {
    case "started":
      return { ...job, status: "running" };
    case "pair-started":
      return withPair(job, event.pair, (pair) => ({
        ...waitingPair(pair),
        status: "running",
      }));
    case "step":
      return withPair(job, event.pair, (pair) => ({ ...pair, step: event.step }));
    case "line":
      return withPair(job, event.pair, (pair) => withLine(pair, event));
    case "text":
      return withPair(job, event.pair, (pair) => ({
        ...pair,
        text: { ...pair.text, [event.order]: event.text },
      }));
    case "pair-done":
      return withPair(job, event.pair, (pair) => withOutcome(pair, event.outcome));
    case "pair-failed":
      return withPair(job, event.pair, (pair) => ({
        ...withoutStep(pair),
        status: "failed",
        error: event.error,
      }));
    case "cancelled":
      return cancelled(job);
    case "finished":
      return { ...job, status: "done" };
  }
}

/** A job that was computed earlier, as if it had just finished. */
export function createFinishedJob(
  id: string,
  request: CompareRequest,
  createdAt: number,
  outcome: PairOutcome,
): Job {
  const job = createJob(id, request, createdAt);
  const done = reduceJob(job, { kind: "pair-done", pair: 0, outcome });
  return { ...done, status: "done", isStored: true };
}

/** How far a job is, over all its pairs. */
export function jobProgress(job: Job): { readonly done: number; readonly total: number } {
  const done = job.pairs.filter(({ status }) => status === "done" || status === "failed").length;
  return { done, total: job.pairs.length };
}

/** True when the form no longer asks what the job answered. */
export function isOutdated(
  job: Job,
  form: Pick<CompareRequest, "creatives" | "title" | "queries">,
): boolean {
  const key = (value: Pick<CompareRequest, "creatives" | "title" | "queries">) =>
    JSON.stringify([value.title, value.queries, value.creatives.map(({ id }) => id)]);
  return key(job) !== key(form);
}

/** True when the pictures on the table are not the ones the job compared, or not in its order. */
export function showsOtherPictures(job: Job, creatives: readonly Creative[]): boolean {
  return (
    job.creatives.length !== creatives.length ||
    job.creatives.some(({ id }, index) => creatives[index]?.id !== id)
  );
}
