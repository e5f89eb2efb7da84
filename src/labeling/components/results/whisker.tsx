import styles from "./whisker.module.css";

/** An interval on a common scale; the numbers beside it say the same in words. */
export function Whisker({
  value,
  low,
  high,
  extent,
}: {
  readonly value: number;
  readonly low: number;
  readonly high: number;
  readonly extent: number;
}) {
  const at = (x: number) => 50 + (50 * Math.max(-extent, Math.min(extent, x))) / extent;
  const [from, to] = [at(low), at(high)];
  return (
    <svg className={styles["whisker"]} viewBox="0 0 100 12" aria-hidden="true">
      <line x1="50" y1="0" x2="50" y2="12" className={styles["zero"]} />
      <line x1={from} y1="6" x2={to} y2="6" className={styles["range"]} />
      <circle cx={at(value)} cy="6" r="3" className={styles["point"]} />
    </svg>
  );
}
