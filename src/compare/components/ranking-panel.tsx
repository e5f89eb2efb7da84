import { Trans, useLingui } from "@lingui/react/macro";
import { Button, Text, Title } from "@mantine/core";
import { IconAlertTriangle, IconArrowsExchange, IconClock, type Icon } from "@tabler/icons-react";
import { formatPercent } from "@/shared/ui/format";
import { labelOf } from "../logic/creative";
import type { Job, PairState } from "../logic/job";
import { rankCreatives, type Ranking } from "../logic/ranking";
import styles from "./ranking-panel.module.css";

/** A small sign with its meaning in words for those who do not see it. */
function Marked({ icon: Sign, text }: { readonly icon: Icon; readonly text: string }) {
  return (
    <span title={text}>
      <Sign size={14} aria-hidden="true" />
      <span className="visually-hidden">{text}</span>
    </span>
  );
}

function PairButton({
  pair,
  isActive,
  onOpen,
}: {
  readonly pair: PairState;
  readonly isActive: boolean;
  readonly onOpen: () => void;
}) {
  const { i18n, t } = useLingui();
  const { outcome } = pair;
  const names = `${labelOf(pair.a)} · ${labelOf(pair.b)}`;
  return (
    <button
      type="button"
      className={styles["pair"]}
      data-status={pair.status}
      aria-pressed={isActive}
      onClick={onOpen}
    >
      <span>{names}</span>
      {outcome !== undefined && (
        <span className={styles["pairResult"]}>
          {labelOf(outcome.probabilityA >= 0.5 ? pair.a : pair.b)}{" "}
          {formatPercent(Math.max(outcome.probabilityA, 1 - outcome.probabilityA), i18n.locale)}
        </span>
      )}
      {outcome !== undefined && !outcome.ordersAgree && (
        <Marked icon={IconArrowsExchange} text={t`depends on order`} />
      )}
      {pair.status === "failed" && (
        <Marked icon={IconAlertTriangle} text={t`could not be compared`} />
      )}
      {(pair.status === "waiting" || pair.status === "running") && (
        <Marked icon={IconClock} text={t`not compared yet`} />
      )}
    </button>
  );
}

function Order({ job, ranking }: { readonly job: Job; readonly ranking: Ranking }) {
  const { i18n } = useLingui();
  return (
    <ol className={styles["order"]}>
      {ranking.order.map(({ index, chance }, rank) => {
        const creative = job.creatives[index];
        return (
          <li key={creative?.id ?? index} className={styles["place"]}>
            <span className={styles["rank"]}>{rank + 1}</span>
            <img src={creative?.url} alt="" />
            <span className={styles["placeName"]}>
              <strong>{labelOf(index)}</strong> {creative?.name}
            </span>
            <span className={styles["chanceBar"]} aria-hidden="true">
              <span style={{ width: `${chance * 100}%` }} />
            </span>
            <span className={styles["chance"]}>{formatPercent(chance, i18n.locale)}</span>
          </li>
        );
      })}
    </ol>
  );
}

/** The order of more than two creatives from all their pairs, and the pair to look at oneself. */
export function RankingPanel({
  job,
  activePair,
  onOpenPair,
}: {
  readonly job: Job;
  readonly activePair: number;
  readonly onOpenPair: (index: number) => void;
}) {
  const { i18n, t } = useLingui();
  const decided = job.pairs.flatMap(({ a, b, outcome }) =>
    outcome === undefined ? [] : [{ a, b, ...outcome }],
  );
  const ranking = rankCreatives(job.creatives.length, decided);
  const least = ranking?.leastCertain;
  const leastIndex = job.pairs.findIndex((pair) => pair.a === least?.a && pair.b === least.b);
  const isPartial = decided.length < job.pairs.length;
  return (
    <section className={styles["panel"]} aria-label={t`Ranking`} data-partial={isPartial}>
      <div className={styles["head"]}>
        <Title order={2} size="h3">
          <Trans>Ranking</Trans>
        </Title>
        <Text size="sm" c="dimmed">
          {isPartial ? (
            <Trans>
              so far, from {decided.length} of {job.pairs.length} pairs
            </Trans>
          ) : (
            <Trans>
              from all {job.pairs.length} pairs (Bradley-Terry); the chance to be clicked more often
              than an average one of this set
            </Trans>
          )}
        </Text>
      </div>
      {ranking !== undefined && <Order job={job} ranking={ranking} />}
      {least !== undefined && (
        <Text size="sm">
          <Trans>
            Least certain: {labelOf(least.a)} against {labelOf(least.b)} (
            {formatPercent(Math.max(least.probabilityA, 1 - least.probabilityA), i18n.locale)}).
          </Trans>{" "}
          <Button size="compact-sm" variant="subtle" onClick={() => onOpenPair(leastIndex)}>
            <Trans>Look at it</Trans>
          </Button>
        </Text>
      )}
      <fieldset className={styles["pairs"]} aria-label={t`Pairs`}>
        {job.pairs.map((pair, index) => (
          <PairButton
            key={`${pair.a}-${pair.b}`}
            pair={pair}
            isActive={index === activePair}
            onOpen={() => onOpenPair(index)}
          />
        ))}
      </fieldset>
    </section>
  );
}
