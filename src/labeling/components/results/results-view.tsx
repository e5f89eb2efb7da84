import { Trans, useLingui } from "@lingui/react/macro";
import { Table, Text, Title } from "@mantine/core";
import { useStore } from "zustand";
import { currentProtocol } from "@/domain/labeling/records";
import { formatDuration, formatNumber, formatPercent } from "@/shared/ui/format";
import type { Share } from "../../logic/quality";
import { PreferencePanel } from "../assist/preference-panel";
import type { ProjectViewProps } from "../labeling-context";
import { useTextLanguage } from "../use-text-language";
import { AgreementTable } from "./agreement-table";
import { BeforeJudging } from "./before-judging";
import { ReportState } from "./report-state";
import { useReport } from "./use-report";
import styles from "../labeling-page.module.css";

function ShareText({ share, pValue }: { readonly share: Share; readonly pValue?: number }) {
  const { i18n, t } = useLingui();
  if (share.total === 0) return <Text c="dimmed">{t`none yet`}</Text>;
  const percent = (value: number) => formatPercent(value, i18n.locale);
  const { low, high } = share.interval;
  return (
    <span className="tabular">
      {percent(share.hits / share.total)}{" "}
      <Text span size="xs" c="dimmed" className={styles["shareDetail"] ?? ""}>
        [{percent(low)}–{percent(high)}] n = {formatNumber(share.total, i18n.locale)}
      </Text>
      {pValue !== undefined && (
        <Text span size="xs" c="dimmed" className={styles["shareDetail"] ?? ""}>
          p = {formatNumber(pValue, i18n.locale, 3)}
        </Text>
      )}
    </span>
  );
}

/** How far the judgements can be trusted; follows the log as it grows. */
export function ResultsView(props: ProjectViewProps) {
  const { handle, onNavigate } = props;
  const { i18n, t } = useLingui();
  const { textOf } = useTextLanguage();
  const project = useStore(handle.store, (state) => state.project);
  const live = useReport(props, "results");
  const names = new Map(project.annotators.map(({ id, name }) => [id, name]));
  const reasonNames = new Map(
    currentProtocol(project).reasons.map(({ id, label }) => [id, textOf(label)]),
  );

  if (live.report === undefined) {
    return (
      <section className={styles["section"]}>
        <ReportState live={live} />
      </section>
    );
  }
  const { quality: report, reasons, progress: doneOf } = live.report;
  if (report.annotators.length === 0) {
    return (
      <BeforeJudging
        title={t`No judgements yet`}
        onStart={() => onNavigate({ project: project.id, view: "judge" })}
      >
        <Trans>Results appear with the first judgement and follow each one.</Trans>
      </BeforeJudging>
    );
  }
  return (
    <section className={styles["section"]}>
      <ReportState live={live} />
      <Text>
        <Trans>
          {formatNumber(report.judged, i18n.locale)} judgements,{" "}
          {formatNumber(report.flagged, i18n.locale)} pairs flagged,{" "}
          {formatNumber(report.adjudicated, i18n.locale)} adjudicated.
        </Trans>
      </Text>
      <Title order={2}>
        <Trans>Annotators</Trans>
      </Title>
      <div className={styles["tableScroll"]}>
        <Table>
          <Table.Thead>
            <Table.Tr>
              <Table.Th>{t`Annotator`}</Table.Th>
              <Table.Th>{t`Pairs done`}</Table.Th>
              <Table.Th>{t`Judged`}</Table.Th>
              <Table.Th>{t`Skipped`}</Table.Th>
              <Table.Th>{t`Median time`}</Table.Th>
              <Table.Th>{t`Per hour`}</Table.Th>
              <Table.Th>{t`Chose left`}</Table.Th>
              <Table.Th>{t`Same after swap`}</Table.Th>
              <Table.Th>{t`Gold right`}</Table.Th>
              <Table.Th>{t`Right, Dawid-Skene`}</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {report.annotators.map((row) => (
              <Table.Tr key={row.annotator}>
                <Table.Th scope="row">{names.get(row.annotator) ?? row.annotator}</Table.Th>
                <Table.Td className={`tabular ${styles["oneLine"]}`}>
                  {formatNumber(doneOf.get(row.annotator)?.done ?? 0, i18n.locale)} /{" "}
                  {formatNumber(doneOf.get(row.annotator)?.total ?? 0, i18n.locale)}
                </Table.Td>
                <Table.Td>{formatNumber(row.judged, i18n.locale)}</Table.Td>
                <Table.Td>{formatNumber(row.skipped, i18n.locale)}</Table.Td>
                <Table.Td>
                  {row.medianMs === undefined ? "–" : formatDuration(row.medianMs, i18n.locale)}
                </Table.Td>
                <Table.Td>
                  {row.perHour === undefined ? "–" : formatNumber(row.perHour, i18n.locale, 0)}
                </Table.Td>
                <Table.Td>
                  <ShareText share={row.left} pValue={row.left.pValue} />
                </Table.Td>
                <Table.Td>
                  <ShareText share={row.consistency} />
                </Table.Td>
                <Table.Td>
                  <ShareText share={row.gold} />
                </Table.Td>
                <Table.Td>
                  {row.dawidSkene === undefined
                    ? t`needs overlap`
                    : formatPercent(row.dawidSkene, i18n.locale)}
                </Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </div>
      <Text size="sm" c="dimmed">
        <Trans>
          Chose left: share of labels for the left creative; sides are random and balanced, so far
          from 50 % is a bias (exact two-sided binomial test). Same after swap: pairs shown again
          with the sides exchanged. Gold: pairs with a known answer. Brackets: Wilson 95 % interval.
          Dawid-Skene: estimated probability of being right, from everybody&apos;s labels.
        </Trans>
      </Text>
      <AgreementTable agreement={report.agreement} protocol={currentProtocol(project)} />
      <Title order={2}>
        <Trans>Reasons</Trans>
      </Title>
      {reasons.length === 0 ? (
        <Text c="dimmed">
          <Trans>No reasons were given yet.</Trans>
        </Text>
      ) : (
        <div className={styles["tableScroll"]}>
          <Table>
            <Table.Thead>
              <Table.Tr>
                <Table.Th>{t`Reason`}</Table.Th>
                <Table.Th>{t`Given`}</Table.Th>
                <Table.Th>{t`Other annotators chose the same creative`}</Table.Th>
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {reasons.map(({ reason, count, confirmed }) => (
                <Table.Tr key={reason}>
                  <Table.Th scope="row">{reasonNames.get(reason) ?? reason}</Table.Th>
                  <Table.Td>{formatNumber(count, i18n.locale)}</Table.Td>
                  <Table.Td>
                    <ShareText share={confirmed} />
                  </Table.Td>
                </Table.Tr>
              ))}
            </Table.Tbody>
          </Table>
        </div>
      )}
      <PreferencePanel {...props} />
    </section>
  );
}
