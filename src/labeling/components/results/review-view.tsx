import { Trans, useLingui } from "@lingui/react/macro";
import { Button, Checkbox, Group, SegmentedControl, Text, TextInput } from "@mantine/core";
import { useState } from "react";
import { useStore } from "zustand";
import { EVENT_SCHEMA } from "@/domain/labeling/events";
import { currentProtocol, type LabelingCreative } from "@/domain/labeling/records";
import { EmptyState } from "@/shared/ui/empty-state";
import { formatNumber } from "@/shared/ui/format";
import { ErrorNotice } from "@/shared/ui/notice";
import { SideMark } from "@/shared/ui/side-mark";
import { isoTime } from "../../logic/make-event";
import {
  reviewEntry,
  REVIEW_FILTERS,
  type ReviewEntry,
  type ReviewFilter,
} from "../../logic/review-list";
import type { ProjectViewProps } from "../labeling-context";
import { useCreativeImage } from "../judge/use-creative-image";
import { useTextLanguage } from "../use-text-language";
import { ReportState } from "./report-state";
import { useReport } from "./use-report";
import styles from "./review-view.module.css";
import pageStyles from "../labeling-page.module.css";

const PER_PAGE = 20;

/** Decisions to look at again: disagreements side by side, flags, skips; adjudication. */
export function ReviewView(props: ProjectViewProps) {
  const { handle } = props;
  const { t, i18n } = useLingui();
  const { state, pairsById } = useStore(handle.store);
  const live = useReport(props, "review");
  const [filter, setFilter] = useState<ReviewFilter>("disagreements");
  const [page, setPage] = useState(0);
  const names: Readonly<Record<ReviewFilter, string>> = {
    disagreements: t`Disagreements`,
    flagged: t`Flagged`,
    skipped: t`Skipped`,
    adjudicated: t`Adjudicated`,
    all: t`All`,
  };
  if (live.report === undefined) {
    return (
      <section className={pageStyles["section"]}>
        <ReportState live={live} />
      </section>
    );
  }
  const lists = live.report;
  const shown = lists[filter];
  const pages = Math.max(1, Math.ceil(shown.length / PER_PAGE));
  const current = Math.min(page, pages - 1);

  return (
    <section className={pageStyles["section"]}>
      <ReportState live={live} />
      <SegmentedControl
        aria-label={t`Which pairs`}
        value={filter}
        onChange={(value) => {
          setFilter(REVIEW_FILTERS.find((name) => name === value) ?? "all");
          setPage(0);
        }}
        data={REVIEW_FILTERS.map((value) => ({
          value,
          label: `${names[value]} (${formatNumber(lists[value].length, i18n.locale)})`,
        }))}
      />
      {shown.length === 0 && (
        <EmptyState title={t`Nothing here`}>
          <Trans>No pair is in this list.</Trans>
        </EmptyState>
      )}
      <ul className={styles["list"]}>
        {shown.slice(current * PER_PAGE, (current + 1) * PER_PAGE).map((id) => {
          const pair = pairsById.get(id);
          if (pair === undefined) return null;
          return <ReviewCard key={id} {...props} entry={reviewEntry(state, pair)} />;
        })}
      </ul>
      {pages > 1 && (
        <Group>
          <Button variant="default" disabled={current === 0} onClick={() => setPage(current - 1)}>
            <Trans>Back</Trans>
          </Button>
          <Text size="sm">
            {formatNumber(current + 1, i18n.locale)} / {formatNumber(pages, i18n.locale)}
          </Text>
          <Button
            variant="default"
            disabled={current >= pages - 1}
            onClick={() => setPage(current + 1)}
          >
            <Trans>Next</Trans>
          </Button>
        </Group>
      )}
    </section>
  );
}

/** A creative large enough to decide by. */
function CreativeFigure({
  side,
  images,
  creative,
}: Pick<ProjectViewProps, "images"> & {
  readonly side: "A" | "B";
  readonly creative: LabelingCreative | undefined;
}) {
  const { image } = useCreativeImage(images, creative);
  return (
    <figure>
      <SideMark side={side} />
      {image !== undefined && <img src={image.url} alt="" />}
      <figcaption>{creative?.name}</figcaption>
    </figure>
  );
}

function ReviewCard({ entry, ...props }: ProjectViewProps & { readonly entry: ReviewEntry }) {
  const { handle, images, clock, newId, onNavigate } = props;
  const { t } = useLingui();
  const { textOf, titleOf } = useTextLanguage();
  const { project, creatives, products, state } = useStore(handle.store);
  const [note, setNote] = useState("");
  const [asGold, setAsGold] = useState(false);
  const [error, setError] = useState<unknown>();
  const { pair, judgements } = entry;
  const product = products.get(pair.productId);
  const names = new Map(project.annotators.map(({ id, name }) => [id, name]));
  const reasonNames = new Map(
    currentProtocol(project).reasons.map(({ id, label }) => [id, textOf(label)]),
  );
  const adjudication = state.adjudications.get(pair.id);
  const majority = { A: "A", B: "B", none: t`not comparable`, tie: t`none, as many say A as B` };

  async function adjudicate(label: "A" | "B" | "none") {
    setError(undefined);
    try {
      await handle.append({
        schema: EVENT_SCHEMA,
        id: newId(),
        project: project.id,
        annotator: "adjudicator",
        at: isoTime(clock.now()),
        kind: "adjudicated",
        pair: pair.id,
        label,
        note: note.trim(),
        considered: judgements.map(({ event }) => event.id),
        asGold,
      });
    } catch (reason) {
      setError(reason);
    }
  }

  return (
    <li className={styles["card"]}>
      <div className={styles["creatives"]}>
        <CreativeFigure side="A" images={images} creative={creatives.get(pair.a)} />
        <CreativeFigure side="B" images={images} creative={creatives.get(pair.b)} />
      </div>
      <div className={styles["body"]}>
        <Text fw={600} component="h2" m={0} size="sm">
          {product !== undefined && titleOf(product)}
        </Text>
        <ul className={styles["answers"]}>
          {judgements.map(({ event, label, isSwapped, strength }) => (
            <li key={event.id}>
              <strong>{names.get(event.annotator) ?? event.annotator}</strong>:{" "}
              {label === "none" ? t`not comparable` : <SideMark side={label} />}
              {strength === 2 && ` ${t`strongly`}`}
              {event.repeat === 1 && ` · ${t`repeat`}`}
              {isSwapped && ` · ${t`B was on the left`}`}
              {event.reasons.length > 0 &&
                ` · ${event.reasons.map((id) => reasonNames.get(id) ?? id).join(", ")}`}
              {event.note !== "" && ` · ${event.note}`}
            </li>
          ))}
          {entry.skips > 0 && <li>{t`skipped by ${entry.skips}`}</li>}
        </ul>
        {adjudication === undefined && judgements.length > 1 && entry.final !== undefined && (
          <Text size="sm">
            <Trans>Majority:</Trans> {majority[entry.final]}
          </Text>
        )}
        {adjudication !== undefined && (
          <Text size="sm">
            <Trans>Adjudicated:</Trans>{" "}
            {adjudication.label === "none" ? t`not comparable` : adjudication.label}{" "}
            {adjudication.asGold && t`(gold)`} {adjudication.note}
          </Text>
        )}
        <Group gap={8} className={styles["decide"] ?? ""}>
          <TextInput
            size="xs"
            aria-label={t`Note of the adjudicator`}
            placeholder={t`Note`}
            value={note}
            maxLength={10_000}
            onChange={(event) => setNote(event.currentTarget.value)}
          />
          <Button size="xs" variant="default" onClick={() => void adjudicate("A")}>
            <Trans>Decide A</Trans>
          </Button>
          <Button size="xs" variant="default" onClick={() => void adjudicate("B")}>
            <Trans>Decide B</Trans>
          </Button>
          <Button size="xs" variant="default" onClick={() => void adjudicate("none")}>
            <Trans>Not comparable</Trans>
          </Button>
          <Checkbox
            size="xs"
            label={t`Use as gold`}
            checked={asGold}
            onChange={(event) => setAsGold(event.currentTarget.checked)}
          />
          <Button
            size="xs"
            variant="subtle"
            onClick={() => onNavigate({ project: project.id, view: "judge", pair: pair.id })}
          >
            <Trans>Open the pair</Trans>
          </Button>
        </Group>
        {error !== undefined && <ErrorNotice error={error} />}
      </div>
    </li>
  );
}
