import type { BenchmarkRun } from "@/domain/benchmark/run-benchmark";
import type { BenchmarkTask } from "@/domain/benchmark/task";

/**
 * The command that repeats a run; the folder of an own data set is for the user to fill in. Rankings
 * that were imported are measured by `metrics` against the relevance that the page exports.
 */
export function recipeOf(run: BenchmarkRun): string {
  const { task, encoder, options } = run;
  if (run.lists !== undefined) {
    const qrels = `${options.directions[0]}.qrels`;
    return `npm run --silent perigee -- metrics --qrels ${qrels} --run ${quote(encoder.id)} --json`;
  }
  const data = task.preset === "demo" ? "public/data/demo" : "DIR";
  const language = task.preset === "demo" ? ` --language ${demoLanguage(task)}` : "";
  const name =
    encoder.fusion === "side-by-side" || encoder.fusion === "imported"
      ? encoder.id
      : `${encoder.id}@${encoder.revision}`;
  const width = encoder.width === undefined ? "" : ` --dimension ${encoder.width}`;
  return `npm run --silent perigee -- benchmark --data ${data} --preset ${task.preset} --split ${task.split}${language} --encoder ${quote(name)}${width} --directions ${options.directions.join(",")} --bootstrap 0 --json`;
}

/** A word of a shell's command; names of imported files are hostile. */
function quote(text: string): string {
  return /^[\w@./:+-]+$/u.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}

function demoLanguage(task: BenchmarkTask): string {
  return task.queries.find(({ language }) => language !== undefined)?.language ?? "en";
}
