import styles from "./benchmark.module.css";

/** Colours of a chart; more series than these share them. */
export const SERIES = 4;

/** Which colour is which encoder. */
export function SeriesLegend({ names }: { readonly names: readonly string[] }) {
  return (
    <ul className={styles["legend"]} data-legend>
      {names.map((name, i) => (
        <li key={name}>
          <svg className={styles["dots"]} viewBox="0 0 10 10" aria-hidden="true">
            <circle cx="5" cy="5" r="5" data-series={i % SERIES} />
          </svg>
          {name}
        </li>
      ))}
    </ul>
  );
}
