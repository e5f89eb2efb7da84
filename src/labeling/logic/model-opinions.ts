import { z } from "zod";
import { buildPairs, coupleKey, type PairBuildInput } from "./build-pairs";

/**
 * What models say about couples of creatives before anybody judged them, kept with the project so
 * that the same opinions give the same pairs.
 */

/** One selector's reading of one couple, for the creative whose id comes first. */
const readingSchema = z.object({
  /** P(first is clicked more often) with the first creative on the left, and on the right. */
  onLeft: z.number().min(0).max(1),
  onRight: z.number().min(0).max(1),
});
export type Reading = z.infer<typeof readingSchema>;

const opinionsSchema = z.object({
  model: z.string(),
  revision: z.string(),
  readings: z.record(z.string(), readingSchema),
});
export type ModelOpinions = z.infer<typeof opinionsSchema>;

/** Setting under which a project's opinions are kept. */
export function opinionsKey(projectId: string): string {
  return `labeling/opinions/${projectId}`;
}

export function parseOpinions(stored: unknown): ModelOpinions | undefined {
  const parsed = opinionsSchema.safeParse(stored);
  return parsed.success ? parsed.data : undefined;
}

/** Couples for the selector to read: at random by the seed, the products in turn, none twice. */
export function couplesToRead(
  input: PairBuildInput,
  count: number,
  opinions: ModelOpinions | undefined,
): (readonly [string, string])[] {
  const known = opinions?.readings ?? {};
  const built = buildPairs({
    ...input,
    rule: { ...input.rule, strategy: "random", limit: count + Object.keys(known).length },
  });
  return built
    .map(({ a, b }) => (a < b ? ([a, b] as const) : ([b, a] as const)))
    .filter(([a, b]) => known[coupleKey(a, b)] === undefined)
    .slice(0, count);
}

export interface Disagreement {
  /** The two display orders name different creatives. */
  readonly betweenOrders: boolean;
  /** The preference head and the selector name different creatives. */
  readonly withHead: boolean;
  /** The largest gap between two of the probabilities, in [0, 1]. */
  readonly gap: number;
}

/** How far the models are apart on a couple; undefined where the selector has not read it. */
export function disagreementOn(
  a: string,
  b: string,
  opinions: ModelOpinions | undefined,
  scores: Readonly<Record<string, number>> | undefined,
): Disagreement | undefined {
  const reading = opinions?.readings[coupleKey(a, b)];
  if (reading === undefined) return undefined;
  const { onLeft, onRight } = reading;
  const betweenOrders = onLeft >= 0.5 !== onRight >= 0.5;
  const selector = (onLeft + onRight) / 2;
  const [first, second] = a < b ? [a, b] : [b, a];
  const [one, other] = [scores?.[first], scores?.[second]];
  const head =
    one === undefined || other === undefined ? undefined : 1 / (1 + Math.exp(other - one));
  const withHead = head !== undefined && head >= 0.5 !== selector >= 0.5;
  const gaps = [Math.abs(onLeft - onRight), head === undefined ? 0 : Math.abs(head - selector)];
  return { betweenOrders, withHead, gap: Math.max(...gaps) };
}

/** The value `buildPairs` orders by: the gap where models name different creatives, else nothing. */
export function disagreementValue(
  opinions: ModelOpinions | undefined,
  scores: Readonly<Record<string, number>> | undefined,
): (a: string, b: string) => number | undefined {
  return (a, b) => {
    const found = disagreementOn(a, b, opinions, scores);
    return found !== undefined && (found.betweenOrders || found.withHead) ? found.gap : undefined;
  };
}

/** How many of the couples read divide the models. */
export function countDisagreements(
  opinions: ModelOpinions | undefined,
  scores: Readonly<Record<string, number>> | undefined,
): { readonly read: number; readonly betweenOrders: number; readonly withHead: number } {
  const counts = { read: 0, betweenOrders: 0, withHead: 0 };
  for (const key of Object.keys(opinions?.readings ?? {})) {
    const [a, b] = JSON.parse(key) as [string, string];
    const found = disagreementOn(a, b, opinions, scores);
    counts.read++;
    if (found?.betweenOrders === true) counts.betweenOrders++;
    if (found?.withHead === true) counts.withHead++;
  }
  return counts;
}
