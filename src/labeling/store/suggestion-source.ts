import { createStore, type StoreApi } from "zustand/vanilla";
import type { RecordedSuggestion, Shown } from "@/domain/labeling/events";
import type { InferenceClient } from "@/inference/client/inference-client";
import type { ModelSummary } from "@/inference/protocol/messages";
import { AppError, messageOf } from "@/shared/lib/errors";
import type { Task } from "../logic/queue";
import { askSelector, findSelector } from "./ask-selector";
import type { ImageSource } from "./image-source";
import type { ProjectHandle } from "./open-project";

/** The selector's suggestion on one showing, in the terms of what was shown. */
export type Suggestion =
  | { readonly kind: "working" }
  | { readonly kind: "failed"; readonly why: string }
  | { readonly kind: "ready"; readonly record: RecordedSuggestion; readonly modelName: string };

export interface SuggestionSource {
  readonly store: StoreApi<{ readonly byTask: ReadonlyMap<string, Suggestion> }>;
  /** Asks the selector about a task, once. */
  readonly request: (task: Task) => void;
  /** What to record with a judgement: what was visible, and what it said. */
  readonly shownFor: (
    task: Task,
  ) => { readonly shown: Shown["suggestion"]; readonly record?: RecordedSuggestion } | undefined;
  /** Says that the suggestion of this task has been on screen. */
  readonly markSeen: (task: Task) => void;
}

/** Key of a task's suggestion: sides matter, the annotator does not. */
export function suggestionKey(task: Task): string {
  return JSON.stringify([task.pair.id, task.isSwapped]);
}

async function firstSelector(client: InferenceClient): Promise<ModelSummary> {
  const selector = await findSelector(client);
  if (selector === undefined) {
    throw new AppError("unsupported", "There is no selector on /models to ask.");
  }
  return selector;
}

/** Suggestions of the first selector on /models; the project's rule says when they are shown. */
export function createSuggestionSource(
  client: InferenceClient,
  handle: ProjectHandle,
  images: ImageSource,
  language: "en" | "zh",
): SuggestionSource {
  const store: SuggestionSource["store"] = createStore(() => ({
    byTask: new Map<string, Suggestion>(),
  }));
  const seen = new Set<string>();
  let selector: Promise<ModelSummary> | undefined;
  const set = (key: string, value: Suggestion) =>
    store.setState(({ byTask }) => ({ byTask: new Map(byTask).set(key, value) }));

  async function ask(task: Task): Promise<Suggestion> {
    selector ??= firstSelector(client);
    const model = await selector;
    const { a, b } = task.pair;
    const result = await askSelector(
      { client, handle, images, language },
      model,
      task.isSwapped ? [b, a] : [a, b],
      { priority: "batch" },
    );
    const record = {
      model: model.id,
      revision: model.revision,
      probabilityLeft: result.probabilityA,
      ordersAgree: result.ordersAgree,
    };
    return { kind: "ready", record, modelName: model.name };
  }

  return {
    store,
    request(task) {
      const key = suggestionKey(task);
      if (store.getState().byTask.has(key)) return;
      set(key, { kind: "working" });
      ask(task).then(
        (suggestion) => set(key, suggestion),
        (error: unknown) => {
          selector = undefined;
          set(key, { kind: "failed", why: messageOf(error) });
        },
      );
    },
    shownFor(task) {
      const rule = handle.store.getState().project.assist.suggestion;
      const key = suggestionKey(task);
      const suggestion = store.getState().byTask.get(key);
      const record = suggestion?.kind === "ready" ? { record: suggestion.record } : {};
      // Seen after an earlier answer to this showing, then corrected: it came before this answer.
      if (seen.has(key)) return { shown: "before", ...record };
      return rule === "after" ? { shown: "after", ...record } : undefined;
    },
    markSeen: (task) => void seen.add(suggestionKey(task)),
  };
}
