import { Trans, useLingui } from "@lingui/react/macro";
import { Button, CopyButton, Group, Menu } from "@mantine/core";
import { reportRun } from "@/domain/benchmark/report";
import type { BenchmarkRun } from "@/domain/benchmark/run-benchmark";
import { jobsOf, planBenchmark } from "@/domain/benchmark/plan";
import { possibleDirections } from "@/domain/benchmark/task";
import { saveFile } from "@/shared/ui/save-file";
import { htmlReport } from "../logic/html-report";
import { vectorsNpz } from "../logic/export-vectors";
import { figuresCsv, trecQrels, trecRun } from "../logic/exports";
import { formatItemList } from "../logic/imported-encoder";
import { recipeOf } from "../logic/recipe";
import { chartSources, toPng } from "./save-chart";

function save(text: string, type: string, name: string): void {
  saveFile(new Blob([text], { type }), name);
}

/** Figures, rankings and judgements as files, and the command that repeats them. */
export function ExportMenu({ runs }: { readonly runs: readonly BenchmarkRun[] }) {
  const { t } = useLingui();
  const [first] = runs;
  if (first === undefined) return null;
  const { task } = first;
  const encoded = runs.filter(({ lists }) => lists === undefined);
  const saveRuns = async () => {
    for (const run of runs) {
      for (const direction of run.scorers.keys()) {
        save(await trecRun(run, direction), "text/plain", `${run.encoder.id}.${direction}.run`);
      }
    }
  };
  const saveQrels = () => {
    const byDirection = new Map(
      runs
        .toReversed()
        .flatMap((run) => [...run.scorers.keys()].map((direction) => [direction, run] as const)),
    );
    for (const [direction, run] of byDirection) {
      save(trecQrels(run, direction), "text/plain", `${direction}.qrels`);
    }
  };
  const saveVectors = async () => {
    for (const run of encoded) saveFile(await vectorsNpz(run), `${run.encoder.id}.vectors.npz`);
  };
  const saveItems = () => {
    const plan = planBenchmark(task, {
      directions: possibleDirections(task),
      views: ["t", "i", "mm"],
    });
    save(formatItemList(jobsOf(plan)), "application/jsonl", "items.jsonl");
  };
  const saveReport = () =>
    save(htmlReport(runs, runs.map(recipeOf), chartSources()), "text/html", "benchmark.html");
  const saveCharts = (kind: "svg" | "png") => {
    for (const [i, source] of chartSources().entries()) {
      if (kind === "svg") save(source, "image/svg+xml", `chart-${i + 1}.svg`);
      else void toPng(source).then((png) => saveFile(png, `chart-${i + 1}.png`));
    }
  };
  const saveJson = () => {
    const reports = runs.map((run) => reportRun(run, { command: recipeOf(run), confusion: true }));
    save(JSON.stringify(reports, null, 2), "application/json", "benchmark.json");
  };
  return (
    <Group gap="xs">
      <Menu>
        <Menu.Target>
          <Button variant="default" size="compact-md">
            <Trans>Export</Trans>
          </Button>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Item onClick={saveJson}>
            <Trans>All figures (JSON)</Trans>
          </Menu.Item>
          <Menu.Item onClick={() => save(figuresCsv(runs), "text/csv", "benchmark.csv")}>
            <Trans>All figures (CSV)</Trans>
          </Menu.Item>
          <Menu.Item onClick={saveReport}>
            <Trans>Report (HTML)</Trans>
          </Menu.Item>
          <Menu.Item onClick={() => saveCharts("svg")}>
            <Trans>Charts (SVG)</Trans>
          </Menu.Item>
          <Menu.Item onClick={() => saveCharts("png")}>
            <Trans>Charts (PNG)</Trans>
          </Menu.Item>
          <Menu.Item onClick={() => void saveRuns()}>
            <Trans>Rankings (TREC run)</Trans>
          </Menu.Item>
          <Menu.Item onClick={saveQrels}>
            <Trans>Relevance (TREC qrels)</Trans>
          </Menu.Item>
          <Menu.Item disabled={encoded.length === 0} onClick={() => void saveVectors()}>
            <Trans>Vectors (NumPy)</Trans>
          </Menu.Item>
          <Menu.Item onClick={saveItems}>
            <Trans>List of items to encode elsewhere (JSONL)</Trans>
          </Menu.Item>
        </Menu.Dropdown>
      </Menu>
      <CopyButton value={runs.map(recipeOf).join("\n")}>
        {({ copied, copy }) => (
          <Button variant="default" size="compact-md" onClick={copy}>
            {copied ? t`Copied` : t`Copy recipe`}
          </Button>
        )}
      </CopyButton>
    </Group>
  );
}
