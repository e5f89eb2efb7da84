import { Trans } from "@lingui/react/macro";
import styles from "./question-table.module.css";

/** An answer as read at a glance: A > B with the sides in their colours, Yes, No, or a dash. */
export function AnswerMark({ answer }: { readonly answer: string | undefined }) {
  switch (answer) {
    case undefined:
      return <span className={styles["noAnswer"]}>–</span>;
    case "YES":
      return <Trans>Yes</Trans>;
    case "NO":
      return <Trans>No</Trans>;
    case "A":
    case "B":
      return (
        <span className={styles["side"]} data-side={answer}>
          {answer}
        </span>
      );
    default: {
      const sign = answer.charAt(1);
      return (
        <span className={styles["answer"]}>
          <span className={styles["side"]} data-side="A" data-lost={sign === "<"}>
            A
          </span>
          <span>{sign}</span>
          <span className={styles["side"]} data-side="B" data-lost={sign === ">"}>
            B
          </span>
        </span>
      );
    }
  }
}
