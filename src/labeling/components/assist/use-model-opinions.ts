import { useQuery } from "@tanstack/react-query";
import { useStore } from "zustand";
import type { ModelSummary } from "@/inference/protocol/messages";
import { opinionsKey, parseOpinions, type ModelOpinions } from "../../logic/model-opinions";
import { parsePreferenceHead, preferenceKey } from "../../logic/preference-head";
import { findSelector } from "../../store/ask-selector";
import type { ProjectViewProps } from "../labeling-context";

/** What models have said about this project's creatives, and the selector that can say more. */
export function useModelOpinions({ client, handle, repository }: ProjectViewProps): {
  readonly selector: ModelSummary | undefined;
  readonly opinions: ModelOpinions | undefined;
  /** Scores of the trained preference head; undefined when there is none or it is switched off. */
  readonly scores: Readonly<Record<string, number>> | undefined;
} {
  const project = useStore(handle.store, (state) => state.project);
  const selector = useQuery({
    queryKey: ["labeling/selector"],
    retry: false,
    // Without inference the rule is off; the rest of the view works.
    queryFn: async ({ signal }) => ({
      found: await findSelector(client, signal).catch(() => undefined),
    }),
  });
  const opinionsAt = opinionsKey(project.id);
  const opinions = useQuery({
    queryKey: [opinionsAt],
    queryFn: async () => ({ found: parseOpinions(await repository.setting(opinionsAt)) }),
  });
  const headAt = preferenceKey(project.id);
  const head = useQuery({
    queryKey: [headAt],
    queryFn: async () => ({ head: parsePreferenceHead(await repository.setting(headAt)) }),
  });
  return {
    selector: selector.data?.found,
    opinions: opinions.data?.found,
    scores: project.assist.preferenceHead ? head.data?.head?.scores : undefined,
  };
}
