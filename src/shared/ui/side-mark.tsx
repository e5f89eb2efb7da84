import styles from "./side-mark.module.css";

/** The letter of a side in its colour: A blue, B orange, always with the letter. */
export function SideMark({
  side,
  size = "sm",
}: {
  readonly side: "A" | "B";
  readonly size?: "sm" | "lg";
}) {
  return (
    <span className={styles["mark"]} data-side={side} data-size={size}>
      {side}
    </span>
  );
}
