import { useLingui } from "@lingui/react/macro";
import styles from "./benchmark.module.css";

const ROW = 38;
const [LEFT, RIGHT] = [10, 350];

export interface Difference {
  readonly name: string;
  /** Shares; −1 … 1. */
  readonly value: number;
  readonly low: number;
  readonly high: number;
  readonly isSignificant: boolean;
}

function shorten(name: string): string {
  return name.length > 62 ? `${name.slice(0, 61)}…` : name;
}

/** Steps of a scale that reaches `most` points on both sides of zero. */
function scaleOf(most: number): number {
  return [2, 5, 10, 20, 50, 100].find((points) => points >= most) ?? 100;
}

/** Differences with their intervals around zero: filled marks do not reach it by chance. */
export function DifferenceChart({ differences }: { readonly differences: readonly Difference[] }) {
  const { t } = useLingui();
  const most = Math.max(...differences.map(({ low, high }) => 100 * Math.max(-low, high)));
  const end = scaleOf(most);
  const middle = (LEFT + RIGHT) / 2;
  const x = (share: number) =>
    middle + Math.max(-1, Math.min(1, (100 * share) / end)) * (RIGHT - middle);
  const height = differences.length * ROW + 22;
  return (
    <svg
      className={styles["differences"]}
      viewBox={`0 0 360 ${height}`}
      data-export
      role="img"
      aria-label={t`Differences with their intervals; the table below has the numbers`}
    >
      <line className={styles["axis"]} x1={middle} x2={middle} y1="0" y2={height - 18} />
      {differences.map(({ name, value, low, high, isSignificant }, row) => {
        const y = row * ROW + 26;
        return (
          <g key={name} data-significant={isSignificant}>
            <text x={LEFT} y={y - 12}>
              {shorten(name)}
            </text>
            <line x1={x(low)} x2={x(high)} y1={y} y2={y} />
            <circle cx={x(value)} cy={y} r="4.5" />
          </g>
        );
      })}
      {[-end, 0, end].map((points) => (
        <text
          key={points}
          x={x(points / 100)}
          y={height - 4}
          textAnchor={points === 0 ? "middle" : points < 0 ? "start" : "end"}
        >
          {points > 0 ? `+${points}` : points < 0 ? `−${-points}` : 0}
        </text>
      ))}
    </svg>
  );
}
