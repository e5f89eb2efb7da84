import { Trans, useLingui } from "@lingui/react/macro";
import { ErrorNotice } from "@/shared/ui/notice";
import type { DirectionComparison } from "../logic/significance";
import styles from "./benchmark.module.css";
import { DifferenceChart } from "./difference-chart";
import { ScrollRegion } from "./scroll-region";
import { DIRECTION_NAMES } from "./texts";

function percent(share: number | null | undefined): string {
  return share === null || share === undefined ? "–" : (100 * share).toFixed(1);
}

/** Every pair of encoders: difference, interval, corrected p-value, and what would settle it. */
export function SignificancePanel({
  comparisons,
  isComparing,
  error,
  nameOf,
}: {
  readonly comparisons: readonly DirectionComparison[];
  readonly isComparing: boolean;
  readonly error: Error | null;
  readonly nameOf: (id: string) => string;
}) {
  const { t } = useLingui();
  if (isComparing || error !== null) {
    return (
      <section className={styles["panel"]} data-wide aria-busy={isComparing}>
        <h2>
          <Trans>Differences in R@10</Trans>
        </h2>
        {error === null ? (
          <output>
            <Trans>Comparing every pair of encoders over the same queries</Trans>
          </output>
        ) : (
          <ErrorNotice error={error} />
        )}
      </section>
    );
  }
  if (comparisons.length === 0) return null;
  const differences = comparisons.flatMap(({ direction, comparisons: pairs }) =>
    pairs.flatMap(({ baseline, system, difference, interval, significant }) =>
      difference === null || interval === null
        ? []
        : [
            {
              name: `${DIRECTION_NAMES[direction]} · ${nameOf(system)} − ${nameOf(baseline)}`,
              value: difference,
              low: interval.low,
              high: interval.high,
              isSignificant: significant,
            },
          ],
    ),
  );
  return (
    <section className={styles["panel"]} data-wide>
      <h2>
        <Trans>Differences in R@10</Trans>
      </h2>
      <DifferenceChart differences={differences} />
      <ScrollRegion className={styles["scroll"]} label={t`Differences in R@10`}>
        <table className={styles["table"]}>
          <thead>
            <tr>
              <th scope="col">
                <Trans>Direction</Trans>
              </th>
              <th scope="col">
                <Trans>Second − first</Trans>
              </th>
              <th scope="col">
                <Trans>Points (95%)</Trans>
              </th>
              <th scope="col">
                <Trans>p, Holm</Trans>
              </th>
              <th scope="col">
                <Trans>Effect d</Trans>
              </th>
              <th scope="col">
                <Trans>Won / lost</Trans>
              </th>
              <th scope="col">
                <Trans>Queries to settle it</Trans>
              </th>
            </tr>
          </thead>
          <tbody>
            {comparisons.flatMap(({ direction, comparisons: pairs }) =>
              pairs.map((pair) => (
                <tr key={`${direction}${pair.baseline}${pair.system}`}>
                  <td>{DIRECTION_NAMES[direction]}</td>
                  <td>
                    {nameOf(pair.system)} − {nameOf(pair.baseline)}
                  </td>
                  <td>
                    {pair.significant ? (
                      <strong>{percent(pair.difference)}</strong>
                    ) : (
                      percent(pair.difference)
                    )}{" "}
                    [{percent(pair.interval?.low)}, {percent(pair.interval?.high)}]
                  </td>
                  <td>{pair.adjustedPValue.toPrecision(2)}</td>
                  <td>{pair.effectSize?.toFixed(2) ?? "–"}</td>
                  <td>
                    {pair.wins} / {pair.losses}
                  </td>
                  <td>{pair.significant ? "" : (pair.queriesNeeded ?? "–")}</td>
                </tr>
              )),
            )}
          </tbody>
        </table>
      </ScrollRegion>
      <p className={styles["none"]}>
        <Trans>
          Paired over the same queries: bootstrap interval (1,000 resamples, seed 1), two-sided
          randomisation test, Holm’s correction over the pairs of a direction. Bold: p below 0.05.
        </Trans>
      </p>
    </section>
  );
}
