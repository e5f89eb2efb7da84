import { trueItems } from "@/domain/benchmark/score-direction";
import type { BenchmarkRun } from "@/domain/benchmark/run-benchmark";
import { viewsOf, type Direction } from "@/domain/benchmark/task";
import { firstCandidates } from "./first-candidates";
import type { QueryRow } from "./query-list";
import { formatQrels, formatRun, trecId, type Qrels } from "@/domain/trec";

/** Queries ranked at once. */
const BATCH = 128;

/** The first `depth` candidates per query as a TREC run file. */
export async function trecRun(
  run: BenchmarkRun,
  direction: Direction,
  depth = 100,
): Promise<string> {
  const ids = [...(run.scorers.get(direction)?.ranks.keys() ?? [])];
  const scores = new Map<string, ReadonlyMap<string, number>>();
  for (let at = 0; at < ids.length; at += BATCH) {
    const some = ids.slice(at, at + BATCH);
    const lists = await firstCandidates(run, direction, some, depth);
    for (const [i, id] of some.entries()) {
      scores.set(trecId(id), new Map(lists[i]!.map((entry) => [trecId(entry.id), entry.score])));
    }
  }
  run.rankings.get(viewsOf(direction).candidate)?.close();
  return [...formatRun(scores, trecId(run.encoder.id))].map((line) => `${line}\n`).join("");
}

/** The true items of the direction's queries as TREC qrels. */
export function trecQrels(run: BenchmarkRun, direction: Direction): string {
  const ids = run.scorers.get(direction)?.ranks;
  const qrels: Qrels = new Map(
    run.plan.queries
      .filter(({ query }) => ids?.has(query.id))
      .map(({ query }) => [
        trecId(query.id),
        new Map(
          trueItems(run.task, query, direction).map(({ id, gain }) => [
            trecId(id),
            Math.max(1, Math.round(gain)),
          ]),
        ),
      ]),
  );
  return [...formatQrels(qrels)].map((line) => `${line}\n`).join("");
}

function cell(value: string | number | null): string {
  if (value === null) return "";
  // A leading = + - @ in text would be run as a formula by a spreadsheet.
  const text = typeof value === "string" && /^[=+\-@\t\r]/u.test(value) ? `'${value}` : `${value}`;
  return /[",\r\n]/u.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** The list of queries as it is shown: ranks under one or two encoders, margin, gain. */
export function queriesCsv(rows: readonly QueryRow[]): string {
  const header = ["query", "text", "image", "rank_a", "rank_b", "gain", "margin_a"];
  const lines = rows.map(({ query, rankA, rankB, gain, margin }) => [
    query.id,
    query.text ?? "",
    query.image ?? "",
    rankA,
    rankB ?? null,
    rankB === undefined ? null : gain,
    Number.isFinite(margin) ? margin : null,
  ]);
  return [header, ...lines].map((row) => `${row.map(cell).join(",")}\r\n`).join("");
}

/** All figures of several runs as CSV. */
export function figuresCsv(runs: readonly BenchmarkRun[]): string {
  const header = ["encoder", "revision", "task", "measure", "value", "low", "high", "n", "pool"];
  const rows = runs.flatMap((run) => [
    ...[...run.scorers.values()].flatMap((scorer) => {
      const snapshot = scorer.figures.snapshot({ expected: scorer.expected });
      return snapshot.figures.map(({ measure, value, interval }) => [
        run.encoder.id,
        run.encoder.revision,
        scorer.direction,
        measure,
        value,
        interval?.low ?? null,
        interval?.high ?? null,
        snapshot.queries,
        scorer.pool.size,
      ]);
    }),
    ...run.predictions.map(({ kind, name, method, scores, interval }) => [
      run.encoder.id,
      run.encoder.revision,
      `${kind} ${name} (${method})`,
      "accuracy",
      scores.accuracy,
      interval?.low ?? null,
      interval?.high ?? null,
      scores.items,
      scores.labels.length,
    ]),
  ]);
  return [header, ...rows].map((row) => `${row.map(cell).join(",")}\r\n`).join("");
}
