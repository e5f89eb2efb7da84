import { expect, test } from "vitest";
import { foldEvents } from "@/domain/labeling/label-state";
import { qualityReport } from "../quality";
import { syntheticProject } from "../synthetic-project";
import { FORMAT_IDS, writeFormat } from "./formats";
import { readNative } from "./native";
import { eventsOf } from "./project-data";

/** Judgements to write; LABEL_BENCH=50000 prints the figures that the documentation quotes. */
const COUNT = Number(process.env["LABEL_BENCH"] ?? 2000);

test(`time of exports, fold and dashboard with ${COUNT} judgements (printed, not judged)`, async () => {
  const data = syntheticProject({ judgements: COUNT, seed: 2 });
  const lines: string[] = [];
  const timed = async <T>(name: string, run: () => T | Promise<T>): Promise<T> => {
    const start = performance.now();
    const cpu = process.cpuUsage();
    const result = await run();
    const { user, system } = process.cpuUsage(cpu);
    const wall = (performance.now() - start).toFixed(0);
    // Processor time as well: wall time means little on a machine that does other work.
    lines.push(`${name}: ${wall} ms (processor ${((user + system) / 1000).toFixed(0)} ms)`);
    return result;
  };
  for (const id of FORMAT_IDS) {
    const files = await timed(id, () => writeFormat(id, data));
    expect(files.length).toBeGreaterThan(0);
  }
  const [native] = await writeFormat("native", data);
  const read = await timed("read native", () => readNative(native!.content as string, "f"));
  expect(read.content.events).toHaveLength(COUNT);
  const state = await timed("fold", () => foldEvents(eventsOf(data)));
  expect(state.inForce.size).toBe(COUNT);
  const report = await timed("dashboard", () => qualityReport(state, data.pairsById));
  expect(report.judged).toBe(COUNT);
  console.log(`${COUNT} judgements\n${lines.join("\n")}`);
});
