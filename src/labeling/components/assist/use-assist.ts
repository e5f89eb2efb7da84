import { useQuery } from "@tanstack/react-query";
import { useEffect, useMemo, useRef, useState } from "react";
import { useStore } from "zustand";
import type { LabelingPair } from "@/domain/labeling/records";
import { createQueueGain } from "../../logic/queue-gain";
import { parsePreferenceHead, preferenceKey } from "../../logic/preference-head";
import type { JudgeController, JudgeState } from "../../store/judge-store";
import {
  createSuggestionSource,
  suggestionKey,
  type SuggestionSource,
} from "../../store/suggestion-source";
import type { ProjectViewProps } from "../labeling-context";
import { useTextLanguage } from "../use-text-language";
import type { SuggestionView } from "./suggestion-strip";

/** The suggestion source of a judging session. */
export function useSuggestions(props: ProjectViewProps): SuggestionSource {
  const { client, handle, images } = props;
  const { language } = useTextLanguage();
  return useMemo(
    () => createSuggestionSource(client, handle, images, language),
    [client, handle, images, language],
  );
}

/** Orders open pairs by uncertainty when the project wants it; undefined for the fixed order. */
export function useQueueGain(
  props: ProjectViewProps,
): ((pair: LabelingPair) => number) | undefined | "loading" {
  const { handle, repository } = props;
  const project = useStore(handle.store, (state) => state.project);
  const key = preferenceKey(project.id);
  const head = useQuery({
    queryKey: [key],
    queryFn: async () => ({ head: parsePreferenceHead(await repository.setting(key)) }),
  });
  const { order, assist } = project;
  const stored = head.data?.head;
  const scores = assist.preferenceHead ? stored?.scores : undefined;
  const gain = useMemo(
    () =>
      order === "uncertainty" ? createQueueGain(() => handle.store.getState(), scores) : undefined,
    [handle, order, scores],
  );
  return head.data === undefined && assist.preferenceHead ? "loading" : gain;
}

function toView(
  source: SuggestionSource,
  task: NonNullable<JudgeState["task"]>,
  about: "this" | "last",
  own?: "A" | "B" | "none",
): SuggestionView | undefined {
  const suggestion = source.store.getState().byTask.get(suggestionKey(task));
  if (suggestion === undefined) return undefined;
  if (suggestion.kind !== "ready") return suggestion;
  const { probabilityLeft, ordersAgree } = suggestion.record;
  return {
    kind: "ready",
    about,
    probabilityLeft,
    ordersAgree,
    modelName: suggestion.modelName,
    ...(own === undefined ? {} : { own }),
  };
}

/**
 * Asks for the suggestions the project's rule wants, and gives the one to show: on the pair on
 * screen (`before`), or on the one just judged (`after`).
 */
export function useSuggestionView(
  props: ProjectViewProps,
  source: SuggestionSource,
  controller: JudgeController | undefined,
): SuggestionView | undefined {
  const { handle } = props;
  const rule = useStore(handle.store, (state) => state.project.assist.suggestion);
  useStore(source.store);
  const [shown, setShown] = useState<{
    readonly task: NonNullable<JudgeState["task"]>;
    readonly about: "this" | "last";
    readonly own?: "A" | "B" | "none";
  }>();
  const before = useRef<JudgeState>(undefined);

  // The controller's store is outside React; a change of pair there decides what to ask and show.
  useEffect(() => {
    if (controller === undefined || rule === "off") return;
    const follow = (state: JudgeState) => {
      const last = before.current;
      before.current = state;
      if (state.task === undefined || state.task === last?.task) return;
      source.request(state.task);
      if (rule === "before") {
        source.markSeen(state.task);
        setShown({ task: state.task, about: "this" });
      } else if (last?.task !== undefined && state.announcement !== "undone") {
        source.markSeen(last.task);
        setShown({ task: last.task, about: "last", own: last.draft?.answers.q10 ?? "none" });
      }
    };
    follow(controller.store.getState());
    return controller.store.subscribe(follow);
  }, [controller, rule, source]);

  if (rule === "off" || shown === undefined) return undefined;
  return toView(source, shown.task, shown.about, shown.own);
}
