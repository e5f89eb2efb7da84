import type { InferenceClient } from "@/inference/client/inference-client";
import type { PairEvent } from "@/inference/protocol/messages";
import { hasCode } from "@/shared/lib/errors";
import type { Job, JobEvent } from "../logic/job";

function toJobEvent(pair: number, event: PairEvent): JobEvent {
  switch (event.kind) {
    case "progress":
      return { kind: "step", pair, step: event.progress };
    case "answer": {
      const { order, question, answer, reason } = event;
      return { kind: "line", pair, order, question, answer, reason };
    }
    case "text":
      return { kind: "text", pair, order: event.order, text: event.text };
  }
}

/** After these every further pair would fail in the same way. */
function endsTheJob(error: unknown): boolean {
  return (
    hasCode(error, "unsupported") ||
    hasCode(error, "weights-mismatch") ||
    hasCode(error, "asset-integrity") ||
    hasCode(error, "asset-fetch") ||
    hasCode(error, "protocol")
  );
}

/**
 * Runs a job's pairs one after the other and reports what happens. One pair's failure goes on to the
 * next pair; cancelling keeps what is done.
 */
export async function runJob(
  job: Job,
  client: InferenceClient,
  signal: AbortSignal,
  report: (event: JobEvent) => void,
): Promise<void> {
  report({ kind: "started" });
  for (const [index, pair] of job.pairs.entries()) {
    const imageA = job.creatives[pair.a]?.blob;
    const imageB = job.creatives[pair.b]?.blob;
    if (imageA === undefined || imageB === undefined) continue;
    report({ kind: "pair-started", pair: index });
    try {
      const { id, revision } = job.model;
      const { title, queries, language } = job;
      const outcome = await client.call(
        "compare/pair",
        { model: { id, revision }, imageA, imageB, title, queries, language },
        { signal, onEvent: (event) => report(toJobEvent(index, event)) },
      );
      report({ kind: "pair-done", pair: index, outcome });
    } catch (error) {
      if (signal.aborted) {
        report({ kind: "cancelled" });
        return;
      }
      report({ kind: "pair-failed", pair: index, error });
      if (endsTheJob(error)) break;
    }
  }
  report({ kind: "finished" });
}
