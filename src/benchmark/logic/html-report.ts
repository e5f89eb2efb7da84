import { figureDefinition, TIE_TEXT } from "@/domain/benchmark/report";
import type { BenchmarkRun } from "@/domain/benchmark/run-benchmark";
import { directionDefinition } from "@/domain/benchmark/task";

/** Text for HTML; titles and names of data sets are hostile. */
export function escapeHtml(text: string): string {
  return text.replaceAll(/[&<>"']/gu, (mark) => `&#${mark.codePointAt(0)};`);
}

function percent(share: number | null | undefined): string {
  return share === null || share === undefined ? "–" : (100 * share).toFixed(1);
}

function rowsOf(run: BenchmarkRun): string {
  return [...run.scorers.values()]
    .flatMap((scorer) => {
      const snapshot = scorer.figures.snapshot({ expected: scorer.expected });
      return snapshot.figures.map(({ measure, value, interval }) => {
        const isRank = measure === "median_rank";
        const show = (number: number | null | undefined) =>
          isRank ? `${number ?? "–"}` : percent(number);
        const cells = [
          run.encoder.id,
          scorer.direction,
          measure,
          show(value),
          `${show(interval?.low)} to ${show(interval?.high)}`,
          `${snapshot.queries}`,
          `${scorer.pool.size}`,
        ];
        return `<tr>${cells.map((cell) => `<td>${escapeHtml(cell)}</td>`).join("")}</tr>`;
      });
    })
    .join("\n");
}

/** Everything measured as one page without scripts, to pass on or to print. */
export function htmlReport(
  runs: readonly BenchmarkRun[],
  recipes: readonly string[],
  charts: readonly string[],
): string {
  const { task } = runs[0]!;
  const measures = [
    ...new Set(
      runs.flatMap((run) =>
        [...run.scorers.values()].flatMap((scorer) =>
          scorer.figures.snapshot().figures.map(({ measure }) => measure),
        ),
      ),
    ),
  ];
  const directions = [...new Set(runs.flatMap((run) => [...run.scorers.keys()]))];
  const list = (lines: readonly string[]) =>
    `<ul>${lines.map((line) => `<li>${escapeHtml(line)}</li>`).join("")}</ul>`;
  const heads = [
    "encoder",
    "direction",
    "measure",
    "value",
    "95% interval",
    "queries",
    "candidates",
  ];
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>${escapeHtml(task.name)}: benchmark</title>
<style>body{font:14px/1.5 system-ui,sans-serif;margin:32px;max-width:960px;color-scheme:light dark}table{border-collapse:collapse;font-variant-numeric:tabular-nums}td,th{padding:4px 12px 4px 0;text-align:left;border-bottom:1px solid #8886}pre{white-space:pre-wrap}svg{max-width:480px}</style>
</head><body>
<h1>${escapeHtml(task.name)}</h1>
<p>${task.queries.length} queries, ${task.candidates.length} candidates. ${escapeHtml(task.relevance)}</p>
<table><thead><tr>${heads.map((head) => `<th>${head}</th>`).join("")}</tr></thead><tbody>
${runs.map(rowsOf).join("\n")}
</tbody></table>
${charts.join("\n")}
<h2>Definitions</h2>
${list(directions.map((direction) => `${direction}: ${directionDefinition(direction)}`))}
${list(measures.map((measure) => `${measure}: ${figureDefinition(measure)}`))}
<p>${escapeHtml(TIE_TEXT[runs[0]!.options.tieRule ?? "worst"])}</p>
<h2>Repeat</h2>
<pre>${recipes.map(escapeHtml).join("\n")}</pre>
</body></html>
`;
}
