import { Trans, useLingui } from "@lingui/react/macro";
import { snapshotOf, type BenchmarkRun } from "@/domain/benchmark/run-benchmark";
import type { SkipReason } from "@/domain/benchmark/score-direction";
import type { Direction } from "@/domain/benchmark/task";
import type { RetrievalMeasure } from "@/domain/retrieval/live-figures";
import { PAPER_ROWS } from "../logic/paper-rows";
import { recipeOf } from "../logic/recipe";
import type { MeasureSet } from "../logic/search-params";
import type { DirectionComparison } from "../logic/significance";
import type { RunState } from "../store/bench-store";
import styles from "./benchmark.module.css";
import { encoderName } from "./encoder-name";
import { FigureCell } from "./figure-cell";
import {
  MEASURE_SET_LISTS,
  measureFormula,
  measureName,
  measureText,
  SKIP_TEXTS,
} from "./measures";
import { PredictionCells } from "./prediction-cells";
import { DIRECTION_NAMES, DIRECTION_TEXTS } from "./texts";

function DirectionCells({
  run,
  direction,
  measures,
  winner,
}: {
  readonly run: BenchmarkRun | undefined;
  readonly direction: Direction;
  readonly measures: readonly RetrievalMeasure[];
  readonly winner: string | undefined;
}) {
  const { t } = useLingui();
  const scorer = run?.scorers.get(direction);
  if (run === undefined || scorer === undefined) {
    return measures.map((measure) => (
      <td key={measure} className={styles["none"]}>
        –
      </td>
    ));
  }
  const snapshot = snapshotOf(scorer);
  const ties = t`Equal scores count against the true item; ${snapshot.tiedQueries} queries have such ties.`;
  const skipped = Object.entries(snapshot.skipped).map(
    ([reason, count]) => `${t(SKIP_TEXTS[reason as SkipReason])}: ${count}`,
  );
  return measures.map((name) => {
    const figure = snapshot.figures.find(({ measure }) => measure === name);
    const facts = {
      definition: `${t(DIRECTION_TEXTS[direction])} ${t(measureText(name))}`,
      formula: measureFormula(name),
      ties,
      candidates: scorer.pool.size,
      skipped,
      recipe: recipeOf(run),
    };
    return (
      <td key={name}>
        <FigureCell
          value={figure?.value ?? null}
          interval={figure?.interval ?? null}
          n={snapshot.queries}
          isPartial={!run.isComplete}
          isBest={name === "hit_10" && winner === run.encoder.id}
          isRank={name === "median_rank"}
          facts={facts}
        />
      </td>
    );
  });
}

function PaperRows({ directions }: { readonly directions: readonly Direction[] }) {
  const { t } = useLingui();
  const cutoffs = MEASURE_SET_LISTS.recall;
  const note = t`Published, not measured here, other data: R@10 on MBE2.0, arXiv 2511.12449. Second-hand from reading notes; pool sizes unknown. Never comparable with the rows above.`;
  const width = 3 + directions.length * cutoffs.length;
  return (
    <tbody data-papers>
      <tr>
        <th colSpan={width} scope="rowgroup">
          <div className={styles["note"]}>{note}</div>
        </th>
      </tr>
      {PAPER_ROWS.map(({ name, recall, classAccuracy, attributeAccuracy }) => (
        <tr key={name}>
          <th scope="row">{name}</th>
          {directions.flatMap((direction) =>
            cutoffs.map((measure) => (
              <td key={`${direction}${measure}`}>
                {measure === "hit_10" ? (recall[direction] ?? "?") : ""}
              </td>
            )),
          )}
          <td>{classAccuracy}</td>
          <td>{attributeAccuracy}</td>
        </tr>
      ))}
    </tbody>
  );
}

/** Encoders against directions, intervals as whiskers, published figures apart. */
export function ResultsTable({
  runs,
  directions,
  set,
  comparisons,
}: {
  readonly runs: readonly RunState[];
  readonly directions: readonly Direction[];
  readonly set: MeasureSet;
  readonly comparisons: readonly DirectionComparison[];
}) {
  const { t } = useLingui();
  const winnerOf = (direction: Direction) =>
    comparisons.find((entry) => entry.direction === direction)?.winner;
  const measures = MEASURE_SET_LISTS[set];
  const heads = measures.map((measure) => {
    const name = measureName(measure);
    return { measure, name: typeof name === "string" ? name : t(name) };
  });
  return (
    // The table is wider than a phone: the region takes the focus so that keys can scroll it.
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex
    <section className={styles["scroll"]} aria-label={t`Results`} tabIndex={0}>
      <table className={styles["table"]}>
        <thead>
          <tr>
            <th rowSpan={2} scope="col">
              <Trans>Encoder</Trans>
            </th>
            {directions.map((direction) => (
              <th key={direction} colSpan={measures.length} scope="colgroup">
                <abbr title={t(DIRECTION_TEXTS[direction])}>{DIRECTION_NAMES[direction]}</abbr>
              </th>
            ))}
            <th rowSpan={2} scope="col">
              <Trans>Class, %</Trans>
            </th>
            <th rowSpan={2} scope="col">
              <Trans>Attributes, mean %</Trans>
            </th>
          </tr>
          <tr>
            {directions.flatMap((direction) =>
              heads.map(({ measure, name }) => (
                <th key={`${direction}${measure}`} scope="col">
                  {name}
                </th>
              )),
            )}
          </tr>
        </thead>
        <tbody>
          {runs.map(({ choice, run }) => (
            <tr key={choice.key}>
              <th scope="row">{encoderName(choice, t)}</th>
              {directions.map((direction) => (
                <DirectionCells
                  key={direction}
                  run={run}
                  direction={direction}
                  measures={measures}
                  winner={winnerOf(direction)}
                />
              ))}
              <PredictionCells run={run} />
            </tr>
          ))}
        </tbody>
        {set === "recall" && <PaperRows directions={directions} />}
      </table>
    </section>
  );
}
