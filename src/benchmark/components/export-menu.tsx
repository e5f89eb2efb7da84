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
import { saveFiles, type NamedBlob } from "./save-files";

function textBlob(text: string, type: string): Blob {
  return new Blob([text], { type });
}

function save(text: string, type: string, name: string): void {
  saveFile(textBlob(text, type), name);
}

/** Figures, rankings and judgements as files, and the command that repeats them. */
export function ExportMenu({ runs }: { readonly runs: readonly BenchmarkRun[] }) {
  const { t } = useLingui();
  const [first] = runs;
  if (first === undefined) return null;
  const { task } = first;
  const encoded = runs.filter(({ lists }) => lists === undefined);
  const saveRuns = async () => {
    const files: NamedBlob[] = [];
    for (const run of runs) {
      for (const direction of run.scorers.keys()) {
        const name = `${run.encoder.id}.${direction}.run`;
        files.push({ name, blob: textBlob(await trecRun(run, direction), "text/plain") });
      }
    }
    await saveFiles(files, "rankings.zip");
  };
  const saveQrels = () => {
    const byDirection = new Map(
      runs
        .toReversed()
        .flatMap((run) => [...run.scorers.keys()].map((direction) => [direction, run] as const)),
    );
    const files = [...byDirection].map(([direction, run]) => ({
      name: `${direction}.qrels`,
      blob: textBlob(trecQrels(run, direction), "text/plain"),
    }));
    return saveFiles(files, "relevance.zip");
  };
  const saveVectors = async () => {
    const files: NamedBlob[] = [];
    for (const run of encoded) {
      files.push({ name: `${run.encoder.id}.vectors.npz`, blob: await vectorsNpz(run) });
    }
    await saveFiles(files, "vectors.zip");
  };
  const saveItems = async () => {
    const plan = await planBenchmark(task, {
      directions: possibleDirections(task),
      views: ["t", "i", "mm"],
    });
    save(formatItemList(jobsOf(plan)), "application/jsonl", "items.jsonl");
  };
  const saveReport = () =>
    save(htmlReport(runs, runs.map(recipeOf), chartSources()), "text/html", "benchmark.html");
  const saveCharts = async (kind: "svg" | "png") => {
    const draw = (source: string) =>
      kind === "svg" ? Promise.resolve(textBlob(source, "image/svg+xml")) : toPng(source);
    const blobs = await Promise.all(chartSources().map(draw));
    const files = blobs.map((blob, i) => ({ name: `chart-${i + 1}.${kind}`, blob }));
    await saveFiles(files, `charts-${kind}.zip`);
  };
  const saveJson = () => {
    const reports = runs.map((run) => reportRun(run, { command: recipeOf(run), confusion: true }));
    save(JSON.stringify(reports, null, 2), "application/json", "benchmark.json");
  };
  return (
    <Group gap="xs">
      <Menu>
        <Menu.Target>
          <Button variant="default" size="compact-md" fz="sm">
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
          <Menu.Item onClick={() => void saveCharts("svg")}>
            <Trans>Charts (SVG)</Trans>
          </Menu.Item>
          <Menu.Item onClick={() => void saveCharts("png")}>
            <Trans>Charts (PNG)</Trans>
          </Menu.Item>
          <Menu.Item onClick={() => void saveRuns()}>
            <Trans>Rankings (TREC run)</Trans>
          </Menu.Item>
          <Menu.Item onClick={() => void saveQrels()}>
            <Trans>Relevance (TREC qrels)</Trans>
          </Menu.Item>
          <Menu.Item disabled={encoded.length === 0} onClick={() => void saveVectors()}>
            <Trans>Vectors (NumPy)</Trans>
          </Menu.Item>
          <Menu.Item onClick={() => void saveItems()}>
            <Trans>List of items to encode elsewhere (JSONL)</Trans>
          </Menu.Item>
        </Menu.Dropdown>
      </Menu>
      <CopyButton value={runs.map(recipeOf).join("\n")}>
        {({ copied, copy }) => (
          <Button variant="default" size="compact-md" fz="sm" onClick={copy}>
            {copied ? t`Copied` : t`Copy recipe`}
          </Button>
        )}
      </CopyButton>
    </Group>
  );
}
