import { useLingui } from "@lingui/react/macro";
import styles from "./benchmark.module.css";
import { SERIES } from "./series-legend";

const ROW = 18;
const [LEFT, RIGHT] = [110, 290];

function shorten(name: string): string {
  return name.length > 18 ? `${name.slice(0, 17)}…` : name;
}

/** One line per slice, one dot per encoder; the table below has the numbers. */
export function SliceChart({
  slices,
  nameOf,
  series,
}: {
  readonly slices: readonly string[];
  readonly nameOf: (slice: string) => string;
  readonly series: readonly {
    readonly name: string;
    readonly values: ReadonlyMap<string, number>;
  }[];
}) {
  const { t } = useLingui();
  const height = slices.length * ROW + 20;
  const x = (value: number) => LEFT + value * (RIGHT - LEFT);
  return (
    <svg
      className={styles["dots"]}
      viewBox={`0 0 300 ${height}`}
      data-export
      role="img"
      aria-label={t`Recall per slice; the table below has its numbers`}
    >
      {slices.map((slice, row) => (
        <g key={slice}>
          <text x={LEFT - 8} y={row * ROW + 13} textAnchor="end">
            {shorten(nameOf(slice))}
          </text>
          <line
            className={styles["axis"]}
            x1={LEFT}
            x2={RIGHT}
            y1={row * ROW + 9}
            y2={row * ROW + 9}
          />
          {series.map(({ name, values }, i) => {
            const value = values.get(slice);
            return value === undefined ? null : (
              <circle key={name} data-series={i % SERIES} cx={x(value)} cy={row * ROW + 9} r="4" />
            );
          })}
        </g>
      ))}
      {[0, 0.5, 1].map((value) => (
        <text key={value} x={x(value)} y={height - 4} textAnchor={value === 1 ? "end" : "middle"}>
          {100 * value}%
        </text>
      ))}
    </svg>
  );
}
