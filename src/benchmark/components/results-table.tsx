import { Trans, useLingui } from "@lingui/react/macro";
import type { PredictionResult } from "@/domain/benchmark/classify";
import { snapshotOf, type BenchmarkRun } from "@/domain/benchmark/run-benchmark";
import type { Direction } from "@/domain/benchmark/task";
import { PAPER_ROWS } from "../logic/paper-rows";
import { recipeOf } from "../logic/recipe";
import type { DirectionComparison } from "../logic/significance";
import type { RunState } from "../store/bench-store";
import styles from "./benchmark.module.css";
import { encoderName } from "./encoder-name";
import { FigureCell } from "./figure-cell";
import { DIRECTION_NAMES, DIRECTION_TEXTS } from "./texts";

const CUTOFFS = [1, 5, 10] as const;

function DirectionCells({
  run,
  direction,
  winner,
}: {
  readonly run: BenchmarkRun | undefined;
  readonly direction: Direction;
  readonly winner: string | undefined;
}) {
  const { t } = useLingui();
  const scorer = run?.scorers.get(direction);
  if (run === undefined || scorer === undefined) {
    return CUTOFFS.map((k) => (
      <td key={k} className={styles["none"]}>
        –
      </td>
    ));
  }
  const snapshot = snapshotOf(scorer);
  const ties = t`Equal scores count against the true item; ${snapshot.tiedQueries} queries have such ties.`;
  return CUTOFFS.map((k) => {
    const figure = snapshot.figures.find(({ measure }) => measure === `hit_${k}`);
    const facts = {
      definition: `${t(DIRECTION_TEXTS[direction])} ${t`R@${k}: share of queries with a true item among the first ${k}.`}`,
      formula: `R@${k} = |{q : min rank(true items of q) ≤ ${k}}| / |Q|`,
      ties,
      candidates: scorer.pool.size,
      skipped: snapshot.skipped,
      recipe: recipeOf(run),
    };
    return (
      <td key={k}>
        <FigureCell
          value={figure?.value ?? null}
          interval={figure?.interval ?? null}
          n={snapshot.queries}
          isPartial={!run.isComplete}
          isBest={k === 10 && winner === run.encoder.id}
          facts={facts}
        />
      </td>
    );
  });
}

/** The deepest class level, and the mean over attributes; by label text, else by neighbours. */
function predictionOf(
  run: BenchmarkRun | undefined,
  kind: PredictionResult["kind"],
): PredictionResult[] {
  const all = (run?.predictions ?? []).filter((result) => result.kind === kind);
  const byText = all.filter(({ method }) => method === "label-text");
  return byText.length > 0 ? byText : all;
}

function PredictionCells({ run }: { readonly run: BenchmarkRun | undefined }) {
  const { t } = useLingui();
  const level = predictionOf(run, "class").at(-1);
  const attributes = predictionOf(run, "attribute");
  const right = attributes.reduce(
    (sum, { scores }) => sum + (scores.accuracy ?? 0) / attributes.length,
    0,
  );
  const methods = {
    "label-text": t`Nearest label text.`,
    knn: t`Vote of the 5 nearest items, leave-one-out.`,
  };
  const name = level?.name ?? "";
  const labels = level?.scores.labels.length ?? 0;
  return (
    <>
      <td>
        <FigureCell
          value={level?.scores.accuracy ?? null}
          interval={level?.interval ?? null}
          n={level?.scores.items ?? 0}
          facts={{
            definition:
              level === undefined
                ? ""
                : `${t`Accuracy of the class at "${name}", ${labels} classes.`} ${methods[level.method]}`,
            formula: t`right / all items`,
          }}
        />
      </td>
      <td>
        {attributes.length === 0 ? (
          <span className={styles["none"]}>–</span>
        ) : (
          `${(100 * right).toFixed(1)} (${attributes.length})`
        )}
      </td>
    </>
  );
}

function PaperRows({ directions }: { readonly directions: readonly Direction[] }) {
  const width = 3 + directions.length * CUTOFFS.length;
  return (
    <tbody data-papers>
      <tr>
        <th colSpan={width} scope="rowgroup">
          <Trans>
            Published, not measured here, other data: R@10 on MBE2.0, arXiv 2511.12449. Second-hand
            from reading notes; pool sizes unknown. Never comparable with the rows above.
          </Trans>
        </th>
      </tr>
      {PAPER_ROWS.map(({ name, recall, classAccuracy, attributeAccuracy }) => (
        <tr key={name}>
          <th scope="row">{name}</th>
          {directions.flatMap((direction) =>
            CUTOFFS.map((k) => (
              <td key={`${direction}${k}`}>{k === 10 ? (recall[direction] ?? "?") : ""}</td>
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
  comparisons,
}: {
  readonly runs: readonly RunState[];
  readonly directions: readonly Direction[];
  readonly comparisons: readonly DirectionComparison[];
}) {
  const { t } = useLingui();
  const winnerOf = (direction: Direction) =>
    comparisons.find((entry) => entry.direction === direction)?.winner;
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
              <th key={direction} colSpan={CUTOFFS.length} scope="colgroup">
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
              CUTOFFS.map((k) => (
                <th key={`${direction}${k}`} scope="col">
                  R@{k}
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
                  winner={winnerOf(direction)}
                />
              ))}
              <PredictionCells run={run} />
            </tr>
          ))}
        </tbody>
        <PaperRows directions={directions} />
      </table>
    </section>
  );
}
