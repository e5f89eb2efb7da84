import { createStore, type StoreApi } from "zustand/vanilla";
import type { RecordedSuggestion, Shown } from "@/domain/labeling/events";
import { redoTarget, undoTarget } from "@/domain/labeling/label-state";
import { questionsToAsk } from "@/domain/labeling/protocol-definition";
import { currentProtocol, type LabelingPair } from "@/domain/labeling/records";
import { hasCode } from "@/shared/lib/errors";
import type { Clock, IdSource } from "@/shared/lib/ports";
import {
  createDraft,
  draftSchema,
  missingIn,
  reduceDraft,
  type JudgeAction,
  type JudgeContext,
  type JudgeDraft,
  type Missing,
} from "../logic/judge-draft";
import {
  draftOfDecision,
  isoTime,
  judgedEvent,
  skippedEvent,
  taskOfDecision,
} from "../logic/make-event";
import { isDecided, nextTasks, planTasks, type Task } from "../logic/queue";
import type { ProjectHandle } from "./open-project";

/** Pairs prepared ahead of the one on screen. */
const AHEAD = 5;

export interface JudgeState {
  readonly annotator: string;
  readonly mode: "full" | "quick";
  readonly context: JudgeContext;
  readonly tasks: readonly Task[];
  /** Undefined when everything is decided. */
  readonly task: Task | undefined;
  readonly draft: JudgeDraft | undefined;
  /** The pairs to decode ahead. */
  readonly upcoming: readonly Task[];
  readonly isReview: boolean;
  readonly isSaving: boolean;
  readonly missing: Missing | undefined;
  readonly error: unknown;
  /** What was done last, for the live region. */
  readonly announcement: Announcement | undefined;
  readonly savedCount: number;
}

export type Announcement =
  "saved" | "skipped" | "undone" | "redone" | "nothing-to-undo" | "flagged";

export interface JudgeOptions {
  readonly handle: ProjectHandle;
  readonly annotator: string;
  readonly mode: "full" | "quick";
  readonly language: Shown["language"];
  readonly clock: Clock;
  readonly newId: IdSource;
  /** The pair to look at again, from a link. */
  readonly pairId?: string | undefined;
  /** Orders open pairs, most informative first. */
  readonly gain?: ((pair: LabelingPair) => number) | undefined;
  /** The suggestion for a task, and whether it was on screen before the answer. */
  readonly suggestionFor?:
    | ((
        task: Task,
      ) =>
        { readonly shown: Shown["suggestion"]; readonly record?: RecordedSuggestion } | undefined)
    | undefined;
}

export interface JudgeController {
  readonly store: StoreApi<JudgeState>;
  readonly start: () => Promise<void>;
  readonly dispatch: (action: JudgeAction) => void;
  /** Writes the judgement; the next pair comes only after it is on disk. */
  readonly confirm: () => Promise<void>;
  readonly skip: (reason: string) => Promise<void>;
  readonly flag: (note: string) => Promise<void>;
  readonly undo: () => Promise<void>;
  readonly redo: () => Promise<void>;
  /** Puts a decided pair on screen again, with the annotator's own answers. */
  readonly review: (pairId: string, repeat?: 0 | 1) => void;
  /** Leaves a reviewed pair as it was and goes back to the queue. */
  readonly leaveReview: () => void;
  /** Adds the time in view to the draft; called when the page is hidden. */
  readonly pauseTimer: () => void;
  readonly resumeTimer: () => void;
  readonly stop: () => void;
}

function contextOf(options: JudgeOptions): JudgeContext {
  const protocol = currentProtocol(options.handle.store.getState().project);
  return { protocol, questions: questionsToAsk(protocol, options.mode) };
}

function initialState(options: JudgeOptions): JudgeState {
  const { project, pairs } = options.handle.store.getState();
  return {
    annotator: options.annotator,
    mode: options.mode,
    context: contextOf(options),
    tasks: planTasks(project, pairs, options.annotator),
    task: undefined,
    draft: undefined,
    upcoming: [],
    isReview: false,
    isSaving: false,
    missing: undefined,
    error: undefined,
    announcement: undefined,
    savedCount: 0,
  };
}

/** The judging screen's state and everything that can be done on it. */
export function createJudgeController(options: JudgeOptions): JudgeController {
  const { handle, annotator, clock, newId } = options;
  const store = createStore<JudgeState>()(() => initialState(options));
  const slotKey = (slot: "draft" | "review") =>
    JSON.stringify([slot, handle.store.getState().project.id, annotator]);
  let viewedSince: number | undefined;
  let draftWrite: Promise<void> = Promise.resolve();
  /** The pair that a review interrupted, with the answers given so far. */
  let interrupted: { readonly task: Task; readonly draft: JudgeDraft } | undefined;

  const view = () => ({
    tasks: store.getState().tasks,
    state: handle.store.getState().state,
  });

  /**
   * Drafts are written in order, one after another; only the newest one of each slot matters. A
   * second look has a slot of its own: the pair it interrupted keeps its answers beside it.
   */
  const keep = (slot: "draft" | "review", draft: JudgeDraft | null) => {
    draftWrite = draftWrite
      .then(() => handle.repository.saveDraft(slotKey(slot), draft))
      .catch((error: unknown) => store.setState({ error }));
  };
  const keepDraft = (draft: JudgeDraft) =>
    keep(store.getState().isReview ? "review" : "draft", draft);

  function show(
    task: Task | undefined,
    draft?: JudgeDraft,
    isReview = false,
    open = nextTasks(view(), AHEAD + 1, options.gain),
  ): void {
    const upcoming = open.filter((next) => next !== task);
    const started = isoTime(clock.now());
    const { context } = store.getState();
    store.setState({
      task,
      upcoming,
      isReview,
      missing: undefined,
      draft: task === undefined ? undefined : (draft ?? createDraft(task.key, context, started)),
    });
    viewedSince = clock.now();
  }

  function showNext(): void {
    const before = interrupted;
    interrupted = undefined;
    if (before !== undefined && !isDecided(view(), before.task)) {
      return show(before.task, before.draft);
    }
    const open = nextTasks(view(), AHEAD + 2, options.gain);
    show(open[0], undefined, false, open);
  }

  function addTime(): JudgeDraft | undefined {
    const { draft } = store.getState();
    if (draft === undefined || viewedSince === undefined) return draft;
    const now = clock.now();
    const timed = { ...draft, activeMs: draft.activeMs + Math.max(0, now - viewedSince) };
    viewedSince = now;
    store.setState({ draft: timed });
    return timed;
  }

  const shownOptions = (task: Task) => {
    const { isReview, mode } = store.getState();
    const { language } = options;
    const suggestion = options.suggestionFor?.(task);
    // Whatever was on screen after an earlier answer to this showing came before this one.
    const earlier = handle.store.getState().state.decisions.get(task.key) ?? [];
    const hasSeen = earlier.some(({ shown }) => shown.suggestion !== "none");
    return {
      options: {
        mode: isReview ? ("review" as const) : mode,
        language,
        suggestion: hasSeen ? ("before" as const) : (suggestion?.shown ?? "none"),
      },
      record: suggestion?.record,
    };
  };

  /** Runs one write; keeps the screen as it is when it fails. */
  async function write(announcement: Announcement, run: () => Promise<void>): Promise<boolean> {
    if (store.getState().isSaving) return false;
    store.setState({ isSaving: true, error: undefined });
    try {
      await run();
      store.setState((state) => ({ announcement, savedCount: state.savedCount + 1 }));
      return true;
    } catch (error) {
      store.setState({ error });
      const isDecidedElsewhere = hasCode(error, "input-invalid");
      if (isDecidedElsewhere) showNext();
      return false;
    } finally {
      store.setState({ isSaving: false });
    }
  }

  const origin = () => ({ id: newId(), annotator, now: clock.now() });

  async function confirm(): Promise<void> {
    const { task, context } = store.getState();
    const draft = addTime();
    if (task === undefined || draft === undefined) return;
    const missing = missingIn(draft, context);
    if (missing !== undefined) {
      const current = missing.kind === "question" ? missing.question : draft.current;
      store.setState({ missing, draft: { ...draft, current } });
      return;
    }
    const { project } = handle.store.getState();
    const shown = shownOptions(task);
    const event = judgedEvent(project, task, draft, origin(), shown.options, shown.record);
    if (await write("saved", async () => void (await handle.append(event)))) showNext();
  }

  async function reverse(kind: "undone" | "redone"): Promise<void> {
    const { state, project } = handle.store.getState();
    const target = kind === "undone" ? undoTarget(state, annotator) : redoTarget(state, annotator);
    if (target === undefined) {
      store.setState({ announcement: "nothing-to-undo" });
      return;
    }
    const { id, now } = origin();
    const done = await write(kind, async () => {
      await handle.append({
        schema: "perigee-label-event/1",
        id,
        project: project.id,
        annotator,
        at: isoTime(now),
        kind,
        target,
      });
    });
    if (!done) return;
    const event = handle.store.getState().state.events.get(target);
    if (kind === "redone" || event === undefined) showNext();
    else if (event.kind === "judged" || event.kind === "skipped") showAgain(event);
  }

  /** The pair of an undone decision, with what was answered then, to correct it. */
  function showAgain(decision: Parameters<typeof taskOfDecision>[0]): void {
    const { tasks, context } = store.getState();
    const task = taskOfDecision(decision, tasks);
    if (task === undefined) return showNext();
    const key = task.key;
    const head = handle.store.getState().state.inForce.get(key)?.id ?? null;
    const draft = draftOfDecision(key, decision, context, isoTime(clock.now()), head);
    show(task, draft);
    keepDraft(draft);
  }

  function review(pairId: string, repeat: 0 | 1 = 0): void {
    const { tasks, context } = store.getState();
    const task = tasks.find((each) => each.pair.id === pairId && each.repeat === repeat);
    if (task === undefined) return showNext();
    const key = task.key;
    const decision = handle.store.getState().state.inForce.get(key);
    if (decision === undefined) return show(task);
    const on = store.getState();
    if (!on.isReview && on.task !== undefined && on.draft !== undefined) {
      interrupted = { task: on.task, draft: addTime() ?? on.draft };
    }
    const asShown = taskOfDecision(decision, tasks) ?? task;
    const started = isoTime(clock.now());
    show(asShown, draftOfDecision(key, decision, context, started, decision.id), true);
  }

  /** A draft that was left behind, if its pair still stands as it was then. */
  async function storedDraft(
    slot: "draft" | "review",
  ): Promise<{ readonly task: Task; readonly draft: JudgeDraft } | undefined> {
    const parsed = draftSchema.safeParse(await handle.repository.draft(slotKey(slot)));
    if (!parsed.success) return undefined;
    const { tasks, context } = store.getState();
    const stored = parsed.data as JudgeDraft;
    // The draft may come from the other mode, whose questions are not all asked in this one.
    const isAsked = context.questions.some(({ id }) => id === stored.current);
    const draft = isAsked ? stored : { ...stored, current: context.questions[0]!.id };
    const task = tasks.find((each) => each.key === draft.taskKey);
    if (task === undefined) return undefined;
    const decision = handle.store.getState().state.inForce.get(draft.taskKey);
    if ((decision?.id ?? null) !== draft.supersedes) return undefined;
    const asShown = decision === undefined ? task : (taskOfDecision(decision, tasks) ?? task);
    return { task: asShown, draft };
  }

  /** Goes on where the annotator was: in a second look, in the linked pair, or in the queue. */
  async function resume(): Promise<void> {
    const { pairId } = options;
    const [open, second] = [await storedDraft("draft"), await storedDraft("review")];
    const isLinked = (at: typeof open) => pairId === undefined || at?.task.pair.id === pairId;
    if (second !== undefined && isLinked(second)) {
      interrupted = open;
      return show(second.task, second.draft, true);
    }
    if (open !== undefined && isLinked(open)) {
      return show(open.task, open.draft, open.draft.supersedes !== null);
    }
    interrupted = open;
    if (pairId === undefined) showNext();
    else review(pairId);
  }

  const stopFollowing = handle.store.subscribe((now, before) => {
    if (now.pairs !== before.pairs)
      store.setState({ tasks: planTasks(now.project, now.pairs, annotator) });
    const { task, isSaving, isReview, draft } = store.getState();
    if (isSaving || isReview) return;
    // Another tab decided the pair on screen: go on to the next one. Its answers stay in the log.
    const decidedElsewhere =
      task !== undefined && draft?.supersedes === null && isDecided(view(), task);
    if (decidedElsewhere || (task === undefined && now.pairs !== before.pairs)) showNext();
  });

  return {
    store,
    start: resume,
    dispatch(action) {
      const { draft, context, isSaving } = store.getState();
      if (draft === undefined || isSaving) return;
      const next = reduceDraft(draft, action, context);
      if (next === draft) return;
      store.setState({ draft: next, missing: undefined, announcement: undefined });
      keepDraft(next);
    },
    confirm,
    async skip(reason) {
      const { task } = store.getState();
      const draft = addTime();
      if (task === undefined || draft === undefined) return;
      const { project } = handle.store.getState();
      const shown = shownOptions(task).options;
      const event = skippedEvent(project, task, draft, origin(), shown, reason);
      if (await write("skipped", async () => void (await handle.append(event)))) showNext();
    },
    async flag(note) {
      const { task } = store.getState();
      if (task === undefined) return;
      const { project, state } = handle.store.getState();
      const { id, now } = origin();
      const on = note !== "" || !state.flags.has(task.pair.id);
      await write("flagged", async () => {
        await handle.append({
          schema: "perigee-label-event/1",
          id,
          project: project.id,
          annotator,
          at: isoTime(now),
          kind: "flagged",
          pair: task.pair.id,
          on,
          note,
        });
      });
    },
    undo: () => reverse("undone"),
    redo: () => reverse("redone"),
    review,
    leaveReview() {
      if (!store.getState().isReview) return;
      // The review's own draft must not come back after a reload.
      keep("review", null);
      showNext();
    },
    pauseTimer() {
      const draft = addTime();
      viewedSince = undefined;
      if (draft !== undefined) keepDraft(draft);
    },
    resumeTimer() {
      viewedSince ??= clock.now();
    },
    stop: stopFollowing,
  };
}
