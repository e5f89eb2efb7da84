import { Trans, useLingui } from "@lingui/react/macro";
import type { BenchmarkRun } from "@/domain/benchmark/run-benchmark";
import styles from "./benchmark.module.css";
import { SERIES, SeriesLegend } from "./series-legend";
import { DIRECTION_NAMES } from "./texts";

/** Recall@10 against the number of leading dimensions; only for encoders trained for it. */
export function MatryoshkaPanel({
  runs,
  nameOf,
}: {
  readonly runs: readonly BenchmarkRun[];
  readonly nameOf: (id: string) => string;
}) {
  const { t } = useLingui();
  const direction = runs.find(({ curve }) => curve !== undefined)?.curve?.direction;
  if (direction === undefined) return null;
  const curves = runs.flatMap(({ encoder, curve }) => {
    if (curve?.direction !== direction) return [];
    const points = curve.points.map(({ width, snapshot }) => ({
      width,
      value: snapshot.figures.find(({ measure }) => measure === "hit_10")?.value ?? 0,
    }));
    return [{ name: nameOf(encoder.id), points }];
  });
  const widths = [...new Set(curves.flatMap(({ points }) => points.map(({ width }) => width)))];
  const widest = Math.max(...widths);
  const x = (width: number) => 30 + (250 * width) / widest;
  const y = (value: number) => 150 - 140 * value;
  return (
    <section className={styles["panel"]}>
      <h2>
        <Trans>Quality against dimension, {DIRECTION_NAMES[direction]} R@10</Trans>
      </h2>
      <SeriesLegend names={curves.map(({ name }) => name)} />
      <svg
        className={styles["chart"]}
        viewBox="0 0 300 170"
        data-export
        role="img"
        aria-label={t`Matryoshka curve; the table below has its numbers`}
      >
        <line className={styles["axis"]} x1="30" y1="150" x2="290" y2="150" />
        <line className={styles["axis"]} x1="30" y1="10" x2="30" y2="150" />
        {[0, 0.5, 1].map((value) => (
          <text key={value} x="2" y={y(value) + 3}>
            {100 * value}%
          </text>
        ))}
        {widths.map((width) => (
          <text key={width} x={x(width)} y="165" textAnchor="middle">
            {width}
          </text>
        ))}
        {curves.map(({ name, points }, i) => (
          <g key={name} data-series={i % SERIES}>
            <polyline points={points.map((p) => `${x(p.width)},${y(p.value)}`).join(" ")} />
            {points.map((p) => (
              <circle key={p.width} cx={x(p.width)} cy={y(p.value)} r="3" />
            ))}
          </g>
        ))}
      </svg>
      <table className={styles["table"]}>
        <tbody>
          {curves.map(({ name, points }) => (
            <tr key={name}>
              <th scope="row">{name}</th>
              {points.map(({ width, value }) => (
                <td key={width}>
                  {width}: {(100 * value).toFixed(1)}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}
