/** Labelling without a browser: every export, reading back, and the dashboard's coefficients. */
import { spawnSync } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { figureOf, measureAgreement } from "@/domain/statistics/agreement";
import { createRatingTable, type Rating } from "@/domain/statistics/rating-table";
import { judgementsOf } from "@/domain/labeling/judgement";
import { FORMAT_IDS, writeFormat } from "@/labeling/logic/export/formats";
import { readNative } from "@/labeling/logic/export/native";
import { eventsOf, type ProjectData } from "@/labeling/logic/export/project-data";
import { exportProject } from "@/labeling/logic/export/whole-export";
import { qualityReport } from "@/labeling/logic/quality";
import { syntheticProject } from "@/labeling/logic/synthetic-project";
import { line, quantile, spread, timed, type LabelBenchOptions } from "./label-stats";

const EXPORTED = 50_000;
/** Formats whose whole zip is timed. */
const WHOLE = ["native", "csv", "creative-pair", "parquet"] as const;
const DASHBOARD = 100_000;
const TARGET_MS = 2000;

interface Timing {
  readonly wall: number[];
  readonly cpu: number[];
}

/** One untimed run, then `rounds` timed ones, each on what `prepare` gives it, untimed. */
async function repeat<T>(
  rounds: number,
  run: (prepared: T) => unknown,
  prepare: () => T = () => undefined as T,
): Promise<Timing> {
  await run(prepare());
  const timing: Timing = { wall: [], cpu: [] };
  for (let round = 0; round < rounds; round++) {
    const prepared = prepare();
    const { wall, cpu } = await timed(() => run(prepared));
    timing.wall.push(wall);
    timing.cpu.push(cpu);
  }
  return timing;
}

function row(name: string, { wall, cpu }: Timing, more = ""): string {
  return line(name, `${spread(wall)}, processor ${quantile(cpu, 0.5).toFixed(0)} ms${more}`);
}

/** Exports of 50,000 judgements; the floor is JSON.stringify over the same events and nothing else. */
export async function benchLabelExport({ rounds, print }: LabelBenchOptions): Promise<void> {
  const data = syntheticProject({ judgements: EXPORTED, seed: 2 });
  const events = eventsOf(data);
  // Texts are kept with their objects: every round gets its own, as an export in the page does.
  const copy = () => structuredClone(data);
  const floor = await repeat(rounds, () => events.map((event) => JSON.stringify(event)).join("\n"));
  print(
    `Export of ${EXPORTED} judgements (asked: < ${TARGET_MS} ms, judged by processor time); × = processor time over the floor's`,
  );
  print(row("floor: JSON.stringify of the events", floor));
  for (const id of FORMAT_IDS) {
    const timing = await repeat(rounds, (fresh) => writeFormat(id, fresh), copy);
    const ratio = quantile(timing.cpu, 0.5) / quantile(floor.cpu, 0.5);
    // Processor time, as the work runs in one thread: wall time is the machine's load as well.
    const verdict = quantile(timing.cpu, 0.5) < TARGET_MS ? "" : "  MISSED";
    print(row(id, timing, `  × ${ratio.toFixed(1)}${verdict}`));
  }
  print(
    "The whole zip: format, log, data card with its interval, manifest, compression; no images",
  );
  const zipped = { imageOf: undefined, now: 0, onProgress: () => undefined };
  for (const id of WHOLE) {
    const timing = await repeat(rounds, (fresh) => exportProject(id, fresh, zipped), copy);
    print(row(id, timing));
  }
  const [native] = await writeFormat("native", data);
  const reading = await repeat(rounds, () => readNative(native!.content as string, "bench"));
  print(row("reading native back", reading));
}

/** Label per pair and annotator, as the dashboard's agreement table sees it. */
function labelRatings(data: ProjectData): Rating[] {
  return judgementsOf(data.state, data.pairsById).map(({ event, pair, label }) => ({
    task: pair.id,
    worker: event.annotator,
    label,
  }));
}

interface PeerResult {
  readonly name: string;
  readonly version: string;
  readonly value: number;
  readonly milliseconds: readonly number[];
}

/** The same labels through the Python packages, in this run. Undefined when Python has none of them. */
async function runPeers(csv: string, rounds: number): Promise<readonly PeerResult[] | undefined> {
  const folder = await mkdtemp(join(tmpdir(), "perigee-bench-"));
  try {
    const path = join(folder, "labels.csv");
    await writeFile(path, csv);
    const python = process.env["PYTHON"] ?? ".venv/bin/python";
    const run = spawnSync(python, ["tools/bench/label_peers.py", path, String(rounds)], {
      encoding: "utf8",
    });
    if (run.status !== 0) return undefined;
    return JSON.parse(run.stdout) as PeerResult[];
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** The dashboard's report at 100,000 judgements, and one coefficient against Python packages. */
export async function benchLabelDashboard({ rounds, print }: LabelBenchOptions): Promise<void> {
  const data = syntheticProject({ judgements: DASHBOARD, seed: 3 });
  print(`Dashboard at ${DASHBOARD} judgements, in Node`);
  const report = await repeat(rounds, () => qualityReport(data.state, data.pairsById));
  print(row("whole report, intervals included", report));
  const ratings = labelRatings(data);
  const alpha = () => {
    const figures = measureAgreement(createRatingTable(ratings), "nominal", { resamples: 0 });
    return figureOf(figures, "krippendorff_alpha").value ?? Number.NaN;
  };
  const own = await repeat(rounds, alpha);
  const ownValue = alpha();
  print(row(`all six coefficients, no intervals (α ${ownValue.toFixed(6)})`, own));
  const csv = ["task,worker,label"];
  for (const { task, worker, label } of ratings) csv.push(`${task},${worker},${label}`);
  const peers = await runPeers(csv.join("\n"), rounds);
  if (peers === undefined) {
    print("  Python packages: not run (python -m pip install krippendorff crowd-kit)");
  }
  for (const { name, version, value, milliseconds } of peers ?? []) {
    const ratio = quantile(milliseconds, 0.5) / quantile(own.wall, 0.5);
    const same = Math.abs(value - ownValue) < 1e-6 ? "same α" : `α ${value}`;
    print(
      line(
        `${name} ${version}, α alone`,
        `${spread(milliseconds)}  ratio ${ratio.toFixed(2)}, ${same}`,
      ),
    );
  }
}
