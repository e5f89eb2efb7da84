import { Trans, useLingui } from "@lingui/react/macro";
import { IconArrowsExchange, IconCheck } from "@tabler/icons-react";
import type { ReactNode } from "react";
import { formatDateTime, formatDuration, formatPercent } from "@/shared/ui/format";
import { Notice } from "@/shared/ui/notice";
import type { ModelQuality } from "@/inference/protocol/messages";
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

/** What the model's training measured on pairs it had not seen; nothing where nothing was measured. */
function MeasuredQuality({ quality }: { readonly quality: ModelQuality | undefined }) {
  const { i18n } = useLingui();
  const { accuracyOfCeiling, faithfulness } = quality ?? {};
  if (accuracyOfCeiling === undefined && faithfulness === undefined) return null;
  const right = formatPercent(accuracyOfCeiling ?? 0, i18n.locale);
  const isTrue = formatPercent(faithfulness ?? 0, i18n.locale);
  return (
    <p className={styles["source"]} data-testid="measured-quality">
      {accuracyOfCeiling !== undefined && (
        <Trans>
          On held-out pairs this model was right in {right} of what a perfect judge could reach.
        </Trans>
      )}{" "}
      {faithfulness !== undefined && (
        <Trans>{isTrue} of its stated reasons on held-out pairs were true.</Trans>
      )}
    </p>
  );
}

/** Where the verdict comes from: computed here, or stored with the example. */
function Source({
  outcome,
  modelName,
  storedAt,
}: Pick<VerdictPanelProps, "outcome" | "modelName" | "storedAt">) {
  const { i18n } = useLingui();
  const time = formatDuration(outcome.timings.totalMs, i18n.locale);
  const date = formatDateTime(storedAt ?? 0, i18n.locale);
  return (
    <p className={styles["source"]}>
      {storedAt === undefined ? (
        <Trans>
          A prediction by {modelName}, both orders in {time}
        </Trans>
      ) : (
        <Trans>
          A stored result of {modelName}, {date}. Compare computes it again on this device.
        </Trans>
      )}
    </p>
  );
}

export interface VerdictPanelProps {
  readonly outcome: PairOutcome;
  readonly names: { readonly a: string; readonly b: string };
  readonly modelName: string;
  /** The model's measured quality, where its manifest states it. */
  readonly quality: ModelQuality | undefined;
  /** Milliseconds since 1970 of a result that was computed beforehand and came with an example. */
  readonly storedAt: number | undefined;
  readonly actions?: ReactNode;
}

/** Who would be clicked more often, how probably, and whether the order of showing matters. */
export function VerdictPanel(props: VerdictPanelProps) {
  const { outcome, names, quality, actions } = props;
  const { i18n } = useLingui();
  const verdict = verdictOf(outcome);
  const { winner } = verdict;
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
        {actions !== undefined && <div className={styles["actions"]}>{actions}</div>}
      </div>
      <ProbabilityBar probabilityA={outcome.probabilityA} />
      <div>
        <Orders verdict={verdict} />
        <Source {...props} />
        <MeasuredQuality quality={quality} />
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
