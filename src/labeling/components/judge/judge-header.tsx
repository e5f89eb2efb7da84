import { Trans, useLingui } from "@lingui/react/macro";
import { Button, Progress, SegmentedControl, Select } from "@mantine/core";
import type { Annotator, LabelingProduct } from "@/domain/labeling/records";
import { formatDuration, formatNumber } from "@/shared/ui/format";
import type { QueueCounts } from "../../logic/queue";
import { useTextLanguage } from "../use-text-language";
import styles from "./judge-view.module.css";

/** No annotator's id holds a line feed. */
const SOMEBODY_ELSE = "\n";

export interface JudgeHeaderProps {
  readonly counts: QueueCounts;
  readonly paceMs: number | undefined;
  readonly annotators: readonly Annotator[];
  readonly annotator: string;
  readonly onAnnotator: (id: string) => void;
  readonly onSomebodyElse: () => void;
  readonly mode: "full" | "quick";
  readonly onMode: (mode: "full" | "quick") => void;
  readonly product: LabelingProduct | undefined;
  readonly isReview: boolean;
  readonly onLeaveReview: () => void;
  readonly isFlagged: boolean;
}

function queriesOf(product: LabelingProduct, language: "en" | "zh"): readonly string[] {
  return language === "zh" && product.queriesZh?.length ? product.queriesZh : product.queries;
}

/** Progress and pace; below it what the pair is about. Its height never changes. */
export function JudgeHeader(props: JudgeHeaderProps) {
  const { counts, paceMs, product } = props;
  const { t, i18n } = useLingui();
  const { language, titleOf } = useTextLanguage();
  const done = counts.judged + counts.skipped;
  const about =
    product === undefined
      ? undefined
      : { title: titleOf(product), queries: queriesOf(product, language) };
  const remaining = paceMs === undefined ? undefined : paceMs * (counts.total - done);

  return (
    <header className={styles["header"]}>
      <div className={styles["status"]}>
        <span className="tabular">
          {formatNumber(done, i18n.locale)} / {formatNumber(counts.total, i18n.locale)}
        </span>
        <Progress
          className={styles["progress"]}
          size="sm"
          value={counts.total === 0 ? 0 : (100 * done) / counts.total}
          aria-label={t`Pairs done`}
        />
        <span className={styles["pace"]}>
          {paceMs === undefined ? (
            <Trans>pace: after five pairs</Trans>
          ) : (
            <Trans>
              pace {formatDuration(paceMs, i18n.locale)} ·{" "}
              {formatDuration(remaining ?? 0, i18n.locale)} left
            </Trans>
          )}
        </span>
        {props.isReview && (
          <>
            <strong className={styles["badge"]}>
              <Trans>Review</Trans>
            </strong>
            <Button size="compact-xs" variant="default" onClick={props.onLeaveReview}>
              <Trans>Back to the queue</Trans>
            </Button>
          </>
        )}
        {props.isFlagged && (
          <strong className={styles["badge"]}>
            <Trans>Flagged</Trans>
          </strong>
        )}
        <SegmentedControl
          size="xs"
          aria-label={t`Mode`}
          value={props.mode}
          onChange={(value) => props.onMode(value === "quick" ? "quick" : "full")}
          data={[
            { value: "full", label: t`Full protocol` },
            { value: "quick", label: t`Quick` },
          ]}
        />
        <Select
          size="xs"
          w={150}
          aria-label={t`Annotator`}
          value={props.annotator}
          allowDeselect={false}
          data={[
            ...props.annotators.map(({ id, name }) => ({ value: id, label: name })),
            { value: SOMEBODY_ELSE, label: t`Somebody else` },
          ]}
          onChange={(value) => {
            if (value === SOMEBODY_ELSE) props.onSomebodyElse();
            else if (value !== null) props.onAnnotator(value);
          }}
        />
      </div>
      <div className={styles["about"]}>
        <h2 className={styles["productTitle"]} title={about?.title}>
          {about?.title}
        </h2>
        <ul className={styles["queries"]} aria-label={t`Queries`}>
          {about?.queries.map((query) => (
            <li key={query}>{query}</li>
          ))}
        </ul>
      </div>
    </header>
  );
}
