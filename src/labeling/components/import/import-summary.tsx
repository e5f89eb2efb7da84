import { Trans, useLingui } from "@lingui/react/macro";
import { Button, Group, Table } from "@mantine/core";
import { formatNumber } from "@/shared/ui/format";
import { Notice } from "@/shared/ui/notice";
import { saveFile } from "@/shared/ui/save-file";
import { issuesToCsv } from "../../logic/import/limits";
import type { ImportReport } from "../../logic/import/run-import";
import styles from "../labeling-page.module.css";

/** Last step: what is in the project now, and what was left out and why. */
export function ImportSummary({
  report,
  onMore,
  onNext,
}: {
  readonly report: ImportReport;
  readonly onMore: () => void;
  readonly onNext: () => void;
}) {
  const { i18n } = useLingui();
  const number = (value: number) => formatNumber(value, i18n.locale);
  const problems = report.issues.length + report.moreIssues;
  return (
    <>
      <Notice tone={report.isCancelled || problems > 0 ? "warn" : "plain"}>
        {report.isCancelled && <Trans>Cancelled; what was read is kept.</Trans>}{" "}
        <Trans>
          {number(report.products)} products, {number(report.creatives)} creatives,{" "}
          {number(report.pairs)} pairs and {number(report.judgements)} judgements are in the
          project.
        </Trans>{" "}
        {problems > 0 && <Trans>{number(problems)} rows or files were left out.</Trans>}
      </Notice>
      {problems > 0 && (
        <>
          <div className={styles["tableScroll"]}>
            <Table>
              <Table.Tbody>
                {report.issues.slice(0, 10).map((issue) => (
                  <Table.Tr key={`${issue.source}-${issue.row}-${issue.reason}`}>
                    <Table.Td>{issue.source}</Table.Td>
                    <Table.Td>{issue.row}</Table.Td>
                    <Table.Td>{issue.reason}</Table.Td>
                  </Table.Tr>
                ))}
              </Table.Tbody>
            </Table>
          </div>
          <Button
            variant="default"
            onClick={() =>
              saveFile(
                new Blob([issuesToCsv(report.issues)], { type: "text/csv" }),
                "import-errors.csv",
              )
            }
          >
            <Trans>Save the list of errors</Trans>
          </Button>
        </>
      )}
      <Group>
        <Button onClick={onNext}>
          {report.pairs > 0 ? <Trans>Start judging</Trans> : <Trans>Build pairs</Trans>}
        </Button>
        <Button variant="default" onClick={onMore}>
          <Trans>Import more</Trans>
        </Button>
      </Group>
    </>
  );
}
