import { Trans, useLingui } from "@lingui/react/macro";
import { Button, Group, Progress, Skeleton, Table, Text, TextInput, Title } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import type { Clock } from "@/shared/lib/ports";
import { ErrorState } from "@/shared/ui/error-state";
import { formatBytes, formatNumber, formatPercent } from "@/shared/ui/format";
import { ErrorNotice, Notice } from "@/shared/ui/notice";
import { Page } from "@/shared/ui/page";
import { saveFile } from "@/shared/ui/save-file";
import { TaskProgress } from "@/shared/ui/task-progress";
import { useTask } from "@/shared/ui/use-task";
import type { Database } from "../services";
import { exportDatabase } from "./export-database";
import { folderName, tableName } from "./table-names";
import { eraseStorage, readStorageReport, type StorageReport } from "./storage-report";
import styles from "./data-page.module.css";

function QuotaPanel({
  report,
  onChanged,
}: {
  readonly report: StorageReport;
  readonly onChanged: () => void;
}) {
  const { i18n, t } = useLingui();
  const [wasRefused, setRefused] = useState(false);
  const { usedBytes, quotaBytes } = report;
  const share = usedBytes === undefined || !quotaBytes ? undefined : usedBytes / quotaBytes;

  async function persist() {
    setRefused(!(await navigator.storage.persist()));
    onChanged();
  }

  return (
    <section className={styles["panel"]}>
      <Title order={2} size="h3">
        <Trans>Space</Trans>
      </Title>
      {share !== undefined && usedBytes !== undefined && quotaBytes !== undefined && (
        <>
          <Text size="sm">
            <Trans>
              {formatBytes(usedBytes, i18n.locale)} of {formatBytes(quotaBytes, i18n.locale)} that
              the browser allows ({formatPercent(share, i18n.locale, 1)})
            </Trans>
          </Text>
          <Progress value={share * 100} aria-label={t`Space used`} />
        </>
      )}
      {report.isPersistent ? (
        <Text size="sm">
          <Trans>The browser keeps this data until you delete it.</Trans>
        </Text>
      ) : (
        <Group gap="sm">
          <Text size="sm">
            <Trans>When the disk fills up, the browser may delete this data.</Trans>
          </Text>
          <Button size="compact-sm" variant="default" onClick={() => void persist()}>
            <Trans>Ask the browser to keep it</Trans>
          </Button>
        </Group>
      )}
      {wasRefused && (
        <Notice tone="warn">
          <Trans>
            The browser said no for now. It often agrees once the page is installed or bookmarked.
            Export your labels regularly until then.
          </Trans>
        </Notice>
      )}
    </section>
  );
}

function StoredPanel({ report }: { readonly report: StorageReport }) {
  const { i18n, t } = useLingui();
  const number = (value: number) => formatNumber(value, i18n.locale);
  const tables = report.tables.filter(({ rows }) => rows > 0);
  return (
    <section className={styles["panel"]}>
      <Title order={2} size="h3">
        <Trans>What is stored</Trans>
      </Title>
      <Table>
        <Table.Thead>
          <Table.Tr>
            <Table.Th>
              <Trans>Where</Trans>
            </Table.Th>
            <Table.Th className={styles["number"]}>
              <Trans>Rows or files</Trans>
            </Table.Th>
            <Table.Th className={styles["number"]}>
              <Trans>Size</Trans>
            </Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {tables.map((table) => (
            <Table.Tr key={table.name}>
              <Table.Td>{t(tableName(table.name))}</Table.Td>
              <Table.Td className={styles["number"]}>{number(table.rows)}</Table.Td>
              <Table.Td className={styles["number"]}>–</Table.Td>
            </Table.Tr>
          ))}
          {report.folders.map((folder) => (
            <Table.Tr key={folder.name}>
              <Table.Td>{t(folderName(folder.name))}</Table.Td>
              <Table.Td className={styles["number"]}>{number(folder.files)}</Table.Td>
              <Table.Td className={styles["number"]}>
                {formatBytes(folder.bytes, i18n.locale)}
              </Table.Td>
            </Table.Tr>
          ))}
          <Table.Tr>
            <Table.Td>
              <Trans>Offline copy of Perigee and its demo data</Trans>
            </Table.Td>
            <Table.Td className={styles["number"]}>{number(report.cacheEntries)}</Table.Td>
            <Table.Td className={styles["number"]}>–</Table.Td>
          </Table.Tr>
        </Table.Tbody>
      </Table>
    </section>
  );
}

function ExportPanel({ database, clock }: { readonly database: Database; readonly clock: Clock }) {
  const { t } = useLingui();
  const task = useTask<{ done: number; total: number }>();

  const run = () =>
    task.run(async (signal, onProgress) => {
      const now = clock.now();
      const blob = await exportDatabase(database, now, signal, (done, total) =>
        onProgress({ done, total }),
      );
      saveFile(blob, `perigee-${new Date(now).toISOString().slice(0, 10)}.jsonl`);
    });

  return (
    <section className={styles["panel"]}>
      <Title order={2} size="h3">
        <Trans>Export</Trans>
      </Title>
      <Text size="sm" c="dimmed">
        <Trans>
          Every row of the database as JSON Lines. Pictures and weights are not in it. Formats for
          training and analysis are under Label and Benchmark.
        </Trans>
      </Text>
      <Group>
        <Button variant="default" disabled={task.isRunning} onClick={() => void run()}>
          <Trans>Export the database</Trans>
        </Button>
      </Group>
      {task.isRunning && (
        <TaskProgress
          label={t`Writing the rows`}
          unit="items"
          onCancel={task.cancel}
          {...task.progress}
        />
      )}
      {task.error !== undefined && <ErrorNotice error={task.error} />}
    </section>
  );
}

/** Everything goes, and nothing brings it back: the one place that asks for a typed word. */
function ErasePanel({ database }: { readonly database: Database }) {
  const { t } = useLingui();
  const [typed, setTyped] = useState("");
  const task = useTask<never>();
  const word = t`erase`;

  const run = () =>
    task.run(async () => {
      await eraseStorage(database);
      location.assign(import.meta.env.BASE_URL);
    });

  return (
    <section className={styles["panel"]} data-tone="bad">
      <Title order={2} size="h3">
        <Trans>Erase everything</Trans>
      </Title>
      <Text size="sm" c="dimmed">
        <Trans>
          Deletes all projects, judgements, data sets, results, weights and settings of Perigee in
          this browser. It cannot be undone; export first.
        </Trans>
      </Text>
      <form
        className={styles["erase"]}
        onSubmit={(event) => {
          event.preventDefault();
          void run();
        }}
      >
        <TextInput
          label={t`Type “${word}” to confirm`}
          value={typed}
          autoComplete="off"
          onChange={(event) => setTyped(event.currentTarget.value)}
        />
        <Button type="submit" color="red" disabled={typed.trim() !== word || task.isRunning}>
          <Trans>Erase everything</Trans>
        </Button>
      </form>
      {task.isRunning && <TaskProgress label={t`Erasing`} />}
      {task.error !== undefined && <ErrorNotice error={task.error} />}
    </section>
  );
}

/** What Perigee keeps in this browser, and how to take it out or away. */
export function DataPage({
  database,
  clock,
}: {
  readonly database: Database;
  readonly clock: Clock;
}) {
  const { t } = useLingui();
  const report = useQuery({
    queryKey: ["storage", "report"],
    queryFn: () => readStorageReport(database),
    // Other pages and tabs write all the time: each visit counts anew.
    staleTime: 0,
  });
  return (
    <Page title={<Trans>Data</Trans>} width="text">
      {report.isPending && (
        <output aria-busy aria-label={t`Counting what is stored`}>
          <Skeleton height={200} />
        </output>
      )}
      {report.isError && <ErrorState error={report.error} onRetry={() => void report.refetch()} />}
      {report.data !== undefined && (
        <>
          <QuotaPanel report={report.data} onChanged={() => void report.refetch()} />
          <StoredPanel report={report.data} />
        </>
      )}
      <ExportPanel database={database} clock={clock} />
      <ErasePanel database={database} />
    </Page>
  );
}
