import { useLingui } from "@lingui/react/macro";
import type { PredictionResult } from "@/domain/benchmark/classify";
import type { BenchmarkRun } from "@/domain/benchmark/run-benchmark";
import { recipeOf } from "../logic/recipe";
import { FigureCell } from "./figure-cell";
import { useDataWord } from "./use-data-word";

/** Results of one kind; by label text, else by neighbours. */
function predictionsOf(
  run: BenchmarkRun | undefined,
  kind: PredictionResult["kind"],
): PredictionResult[] {
  const all = (run?.predictions ?? []).filter((result) => result.kind === kind);
  const byText = all.filter(({ method }) => method === "label-text");
  return byText.length > 0 ? byText : all;
}

/** The deepest class level, and the mean over attributes. */
export function PredictionCells({ run }: { readonly run: BenchmarkRun | undefined }) {
  const { t } = useLingui();
  const word = useDataWord(run?.task);
  const level = predictionsOf(run, "class").at(-1);
  const attributes = predictionsOf(run, "attribute");
  const count = attributes.length;
  const right = attributes.reduce((sum, { scores }) => sum + (scores.accuracy ?? 0) / count, 0);
  const methods = {
    "label-text": t`Nearest label text; ties go to the label that comes first.`,
    knn: t`Vote of the 5 nearest items, leave-one-out; ties go to the label that comes first.`,
  };
  const factsOf = (definition: string, formula: string, results: readonly PredictionResult[]) => {
    const [first] = results;
    const skipped = Math.max(0, ...results.map((result) => result.skipped));
    const method = first === undefined ? "" : methods[first.method];
    const left = skipped === 0 ? "" : t`Items left out: ${skipped}.`;
    return {
      definition: `${definition} ${method} ${left}`.trim(),
      formula,
      ...(run === undefined ? {} : { recipe: recipeOf(run) }),
    };
  };
  const name = word(level?.name ?? "");
  const labels = level?.scores.labels.length ?? 0;
  const names = attributes.map((result) => word(result.name)).join(", ");
  return (
    <>
      <td>
        <FigureCell
          value={level?.scores.accuracy ?? null}
          interval={level?.interval ?? null}
          n={level?.scores.items ?? 0}
          facts={factsOf(
            t`Accuracy of the class at "${name}", ${labels} classes.`,
            t`right / all items`,
            level === undefined ? [] : [level],
          )}
        />
      </td>
      <td>
        <FigureCell
          value={count === 0 ? null : right}
          interval={null}
          n={Math.max(0, ...attributes.map(({ scores }) => scores.items))}
          facts={factsOf(
            t`Accuracy of each of ${count} attributes (${names}), mean over them.`,
            t`mean over attributes of right / all items`,
            attributes,
          )}
        />
      </td>
    </>
  );
}
