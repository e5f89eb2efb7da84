import { z } from "zod";
import type { Judgement } from "@/domain/labeling/judgement";

/** A preference head as kept in the settings: scores per creative, and how far to trust them. */
const headSchema = z.object({
  scores: z.record(z.string(), z.number()),
  accuracy: z.number(),
  logLoss: z.number(),
  heldOutCount: z.number(),
  judgements: z.number(),
  model: z.string(),
  revision: z.string(),
  trainedAt: z.string(),
});
export type PreferenceHead = z.infer<typeof headSchema>;

/** Setting under which a project's head is kept. */
export function preferenceKey(projectId: string): string {
  return `labeling/preference/${projectId}`;
}

export function parsePreferenceHead(stored: unknown): PreferenceHead | undefined {
  const parsed = headSchema.safeParse(stored);
  return parsed.success ? parsed.data : undefined;
}

export interface TrainingPairs {
  /** Creatives in order of row. */
  readonly creatives: readonly string[];
  readonly left: Int32Array;
  readonly right: Int32Array;
  readonly outcome: Float32Array;
  /** Judgements left out because a suggestion was on screen before the answer. */
  readonly leftOut: number;
}

/**
 * What the head may learn from: first showings with a label, or closed as too alike (a tie), of
 * annotators who had seen no suggestion. What a model suggested must not teach a model.
 */
export function trainingPairs(judgements: readonly Judgement[]): TrainingPairs {
  const usable = judgements.filter(
    ({ event }) => event.repeat === 0 && event.shown.suggestion !== "before",
  );
  const row = new Map<string, number>();
  const rowOf = (id: string) => {
    const known = row.get(id);
    if (known !== undefined) return known;
    row.set(id, row.size);
    return row.size - 1;
  };
  const outcome = { A: 1, B: 0, none: 0.5 } as const;
  const left = Int32Array.from(usable, ({ pair }) => rowOf(pair.a));
  const right = Int32Array.from(usable, ({ pair }) => rowOf(pair.b));
  return {
    creatives: [...row.keys()],
    left,
    right,
    outcome: Float32Array.from(usable, ({ label }) => outcome[label]),
    leftOut: judgements.filter(({ event }) => event.shown.suggestion === "before").length,
  };
}
