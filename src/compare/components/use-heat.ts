import { skipToken, useQuery, type UseQueryResult } from "@tanstack/react-query";
import { useState } from "react";
import type { QuestionId } from "@/domain/evaluation-protocol";
import type { InferenceClient } from "@/inference/client/inference-client";
import type { AttentionMaps, StepProgress } from "@/inference/protocol/messages";
import type { Job } from "../logic/job";

export interface Heat {
  /** The question whose maps are on the pictures. */
  readonly shown: QuestionId | undefined;
  readonly maps: AttentionMaps | undefined;
  readonly progress: StepProgress | undefined;
  readonly query: UseQueryResult<AttentionMaps>;
  readonly show: (question: QuestionId | undefined) => void;
  readonly hover: (question: QuestionId | undefined) => void;
}

function heatKey(job: Job | undefined, pairIndex: number, question: QuestionId | undefined) {
  return ["compare", "attention", job?.id, pairIndex, question];
}

/**
 * Where the model looked while writing one reason. A click asks for it; while the pointer rests on
 * another row whose maps are known already, those are shown.
 */
export function useHeat(client: InferenceClient, job: Job | undefined, pairIndex: number): Heat {
  const [chosen, setChosen] = useState<QuestionId>();
  const [hovered, setHovered] = useState<QuestionId>();
  const [progress, setProgress] = useState<StepProgress>();
  const pair = job?.pairs[pairIndex];
  const run = pair?.outcome?.runs[0];
  const imageA = pair === undefined ? undefined : job?.creatives[pair.a]?.blob;
  const imageB = pair === undefined ? undefined : job?.creatives[pair.b]?.blob;

  const query = useQuery({
    queryKey: heatKey(job, pairIndex, chosen),
    enabled: chosen !== undefined && run !== undefined,
    gcTime: 10 * 60_000,
    queryFn: ({ signal }) => {
      if (job === undefined || run === undefined || chosen === undefined) throw new Error("no run");
      if (imageA === undefined || imageB === undefined) throw new Error("no images");
      const { model, title, queries, language } = job;
      setProgress(undefined);
      return client.call(
        "compare/attention",
        {
          model: { id: model.id, revision: model.revision },
          imageA,
          imageB,
          title,
          queries,
          language,
          text: run.text,
          order: "AB",
          question: chosen,
        },
        { signal, onEvent: setProgress },
      );
    },
  });
  // Looks into the cache only: resting on a row starts no computation.
  const resting = useQuery<AttentionMaps>({
    queryKey: heatKey(job, pairIndex, hovered),
    queryFn: skipToken,
  });
  const isResting = hovered !== undefined && hovered !== chosen && resting.data !== undefined;
  return {
    shown: isResting ? hovered : chosen,
    maps: isResting ? resting.data : chosen === undefined ? undefined : query.data,
    progress,
    query,
    show: setChosen,
    hover: setHovered,
  };
}
