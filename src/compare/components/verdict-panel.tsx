import { Trans, useLingui } from "@lingui/react/macro";
import { IconArrowsExchange, IconCheck } from "@tabler/icons-react";
import type { ReactNode } from "react";
import { formatDuration, formatPercent } from "@/shared/ui/format";
import { Notice } from "@/shared/ui/notice";
import type { PairOutcome } from "../logic/job";
import { verdictOf, type Verdict } from "../logic/verdict";
import styles from "./verdict-panel.module.css";

function ProbabilityBar({ probabilityA }: { readonly probabilityA: number }) {
  const { i18n } = useLingui();
  const a = formatPercent(probabilityA, i18n.locale);
  const b = formatPercent(1 - probabilityA, i18n.locale);
  return (
    <div className={styles["bar"]}>
      <span className={styles["part"]} data-side="A" style={{ flexGrow: probabilityA }}>
        A {a}
      </span>
      <span className={styles["part"]} data-side="B" style={{ flexGrow: 1 - probabilityA }}>
        {b} B
      </span>
    </div>
  );
}

function Orders({ verdict }: { readonly verdict: Verdict }) {
  const { i18n } = useLingui();
  const { winner, ordersAgree } = verdict;
  const aFirst = formatPercent(verdict.probabilityAFirst, i18n.locale);
  const bFirst = formatPercent(verdict.probabilityBFirst, i18n.locale);
  return (
    <p className={styles["orders"]} data-agree={ordersAgree}>
      {ordersAgree ? (
        <strong>
          <IconCheck size={16} stroke={2} aria-hidden="true" /> <Trans>Both orders agree</Trans>
        </strong>
      ) : (
        <strong>
          <IconArrowsExchange size={16} stroke={2} aria-hidden="true" />{" "}
          <Trans>Depends on order</Trans>
        </strong>
      )}{" "}
      <span>
        <Trans>
          {winner} has {aFirst} when A is shown first and {bFirst} when B is
        </Trans>
      </span>
    </p>
  );
}

/** Who would be clicked more often, how probably, and whether the order of showing matters. */
export function VerdictPanel({
  outcome,
  names,
  modelName,
  actions,
}: {
  readonly outcome: PairOutcome;
  readonly names: { readonly a: string; readonly b: string };
  readonly modelName: string;
  readonly actions?: ReactNode;
}) {
  const { i18n } = useLingui();
  const verdict = verdictOf(outcome);
  const { winner } = verdict;
  const time = formatDuration(outcome.timings.totalMs, i18n.locale);
  return (
    <section className={styles["panel"]} aria-live="polite">
      <div className={styles["top"]}>
        <h2 className={styles["headline"]}>
          <span className={styles["winner"]} data-side={winner}>
            {winner}
          </span>{" "}
          <Trans>would be clicked more often</Trans>{" "}
          <span className={styles["file"]}>{winner === "A" ? names.a : names.b}</span>
        </h2>
        <span className={styles["percent"]}>{formatPercent(verdict.probability, i18n.locale)}</span>
      </div>
      <ProbabilityBar probabilityA={outcome.probabilityA} />
      <div className={styles["bottom"]}>
        <div>
          <Orders verdict={verdict} />
          <p className={styles["source"]}>
            <Trans>
              A prediction by {modelName}, both orders in {time}
            </Trans>
          </p>
        </div>
        {actions !== undefined && <div className={styles["actions"]}>{actions}</div>}
      </div>
      {verdict.isNotComparable && (
        <Notice tone="warn">
          <Trans>
            The model finds the two pictures identical or too similar to compare. Take the
            percentage as no preference.
          </Trans>
        </Notice>
      )}
    </section>
  );
}
