import type { BenchmarkRun } from "@/domain/benchmark/run-benchmark";
import type { BenchmarkTask } from "@/domain/benchmark/task";

/** The command that repeats a run; the folder of an own data set is for the user to fill in. */
export function recipeOf(run: BenchmarkRun): string {
  const { task, encoder, options } = run;
  const data = task.preset === "demo" ? "public/data/demo" : "DIR";
  const language = task.preset === "demo" ? ` --language ${demoLanguage(task)}` : "";
  const name =
    encoder.fusion === "joint" || encoder.fusion === "normalised-sum"
      ? `${encoder.id}@${encoder.revision}`
      : encoder.id;
  const width = encoder.width === undefined ? "" : ` --dimension ${encoder.width}`;
  return `npm run --silent perigee -- benchmark --data ${data} --preset ${task.preset} --split ${task.split}${language} --encoder ${quote(name)}${width} --directions ${options.directions.join(",")} --bootstrap 0 --json`;
}

/** A word of a shell's command; names of imported files are hostile. */
function quote(text: string): string {
  return /^[\w@./:+-]+$/u.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}

/** The language in which the demo set's titles and queries were read. */
export function demoLanguage(task: BenchmarkTask): string {
  return task.queries.find(({ language }) => language !== undefined)?.language ?? "en";
}
