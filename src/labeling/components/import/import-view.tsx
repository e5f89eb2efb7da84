import { Trans, useLingui } from "@lingui/react/macro";
import { Button, Checkbox, Group, SegmentedControl, Table, Text } from "@mantine/core";
import { Dropzone } from "@mantine/dropzone";
import { useRef, useState } from "react";
import { formatNumber } from "@/shared/ui/format";
import { ErrorNotice, Notice } from "@/shared/ui/notice";
import { saveFile } from "@/shared/ui/save-file";
import { TaskProgress } from "@/shared/ui/task-progress";
import { issuesToCsv } from "../../logic/import/limits";
import {
  guessMapping,
  mappingProblem,
  productOfPath,
  type Mapping,
} from "../../logic/import/mapping";
import { formatOf, previewTable, type TableRow } from "../../logic/import/read-table";
import { runImport, type ImportProgress, type ImportReport } from "../../logic/import/run-import";
import {
  isImagePath,
  isTablePath,
  sourcesOfFiles,
  sourcesOfZip,
  type SourceFile,
  type SourceSet,
} from "../../logic/import/sources";
import { createImportSink } from "../../queries/import-sink";
import type { ProjectViewProps } from "../labeling-context";
import { MappingTable } from "./mapping-table";
import { linkFolder } from "./link-folder";
import styles from "../labeling-page.module.css";

interface Opened {
  readonly set: SourceSet;
  readonly isReferenced: boolean;
  readonly table?: {
    readonly file: SourceFile;
    readonly more: readonly SourceFile[];
    readonly columns: readonly string[];
    readonly rows: readonly TableRow[];
  };
}

async function openSources(files: readonly File[]): Promise<SourceSet> {
  const zips = files.filter(({ name }) => /\.zip$/iu.test(name));
  const plain = sourcesOfFiles(files.filter((file) => !zips.includes(file)));
  const opened = await Promise.all(zips.map((zip) => sourcesOfZip(zip, zip.name)));
  return {
    files: [plain, ...opened].flatMap((set) => set.files),
    issues: [plain, ...opened].flatMap((set) => set.issues),
    close: async () => void (await Promise.all(opened.map((set) => set.close()))),
  };
}

const nameOf = ({ path }: SourceFile) => path.slice(path.lastIndexOf("/") + 1);

async function lookInto(set: SourceSet, isReferenced: boolean): Promise<Opened> {
  const file = set.files.find(({ path }) => isTablePath(path) && formatOf(path) !== undefined);
  if (file === undefined) return { set, isReferenced };
  const { columns, rows } = await previewTable(await file.blob(), formatOf(file.path)!);
  // A Hugging Face folder has one table of the same name in each split.
  const name = nameOf(file);
  const more = set.files.filter((other) => other !== file && nameOf(other) === name);
  return { set, isReferenced, table: { file, more, columns, rows } };
}

type Step =
  | { readonly name: "choose" }
  | { readonly name: "opening" }
  | { readonly name: "map"; readonly opened: Opened; readonly mapping: Mapping }
  | { readonly name: "running"; readonly progress: ImportProgress | undefined }
  | { readonly name: "done"; readonly report: ImportReport };

/** Import in three steps: choose files, look at the mapping, run. */
export function ImportView(props: ProjectViewProps) {
  const { handle, blobs, clock, newId, repository, onNavigate } = props;
  const { t } = useLingui();
  const [step, setStep] = useState<Step>({ name: "choose" });
  const [grouping, setGrouping] = useState<"folder" | "name">("folder");
  const [error, setError] = useState<unknown>();
  const abort = useRef<AbortController>(undefined);
  const { project } = handle.store.getState();

  async function open(make: () => Promise<SourceSet>, isReferenced: boolean) {
    setError(undefined);
    setStep({ name: "opening" });
    try {
      const opened = await lookInto(await make(), isReferenced);
      setStep({
        name: "map",
        opened,
        mapping: guessMapping(opened.table?.columns ?? [], opened.table?.rows),
      });
    } catch (reason) {
      setError(reason);
      setStep({ name: "choose" });
    }
  }

  async function run(opened: Opened, mapping: Mapping) {
    const controller = new AbortController();
    abort.current = controller;
    setStep({ name: "running", progress: undefined });
    try {
      const { table } = opened;
      const report = await runImport(
        {
          project: handle.store.getState().project,
          files: opened.set.files,
          ...(table === undefined
            ? {}
            : {
                table: {
                  file: table.file,
                  more: table.more,
                  format: formatOf(table.file.path)!,
                  mapping,
                },
              }),
          grouping,
          isReferenced: opened.isReferenced,
          issues: opened.set.issues,
        },
        {
          clock,
          nextId: newId,
          signal: controller.signal,
          sink: createImportSink(handle, blobs),
          onProgress: (progress) => setStep({ name: "running", progress }),
        },
      );
      await handle.reloadContent();
      setStep({ name: "done", report });
    } catch (reason) {
      setError(reason);
      setStep({ name: "choose" });
    } finally {
      await opened.set.close();
    }
  }

  return (
    <section className={styles["section"]}>
      {error !== undefined && <ErrorNotice error={error} />}
      {step.name === "choose" && (
        <ChooseSource
          onFiles={(files) => void open(() => openSources(files), false)}
          onLink={() => void open(() => linkFolder(repository, project.id), true)}
        />
      )}
      {step.name === "opening" && <TaskProgress label={<Trans>Reading the list of files</Trans>} />}
      {step.name === "map" && (
        <Preview
          opened={step.opened}
          mapping={step.mapping}
          grouping={grouping}
          onGrouping={setGrouping}
          onMapping={(mapping) => setStep({ ...step, mapping })}
          onCancel={() => setStep({ name: "choose" })}
          onRun={() => void run(step.opened, step.mapping)}
        />
      )}
      {step.name === "running" && (
        <TaskProgress
          label={
            step.progress?.phase === "images"
              ? t`Checking and keeping the images`
              : t`Reading the rows`
          }
          unit="items"
          {...(step.progress === undefined
            ? {}
            : {
                done: step.progress.done,
                ...(step.progress.total === undefined ? {} : { total: step.progress.total }),
                ...(step.progress.remainingMs === undefined
                  ? {}
                  : { remainingMs: step.progress.remainingMs }),
              })}
          onCancel={() => abort.current?.abort()}
        />
      )}
      {step.name === "done" && (
        <Report
          report={step.report}
          onMore={() => setStep({ name: "choose" })}
          onNext={() =>
            onNavigate({ project: project.id, view: step.report.pairs > 0 ? "judge" : "pairs" })
          }
        />
      )}
    </section>
  );
}

function ChooseSource({
  onFiles,
  onLink,
}: {
  readonly onFiles: (files: readonly File[]) => void;
  readonly onLink: () => void;
}) {
  const { t } = useLingui();
  const folder = useRef<HTMLInputElement>(null);
  const canLink = "showDirectoryPicker" in window;
  return (
    <>
      <Dropzone onDrop={onFiles} aria-label={t`Files to import`} useFsAccessApi={false}>
        <Text ta="center" py="lg">
          <Trans>
            Drop images, a zip, or a table with its images: CSV, TSV, JSONL, JSON or Parquet.
          </Trans>
        </Text>
      </Dropzone>
      <Group>
        <Button variant="default" onClick={() => folder.current?.click()}>
          <Trans>Choose a folder</Trans>
        </Button>
        {canLink && (
          <Button variant="default" onClick={onLink}>
            <Trans>Link a folder without copying</Trans>
          </Button>
        )}
        <input
          ref={(element) => {
            folder.current = element;
            // React knows no property for choosing a folder.
            element?.setAttribute("webkitdirectory", "");
          }}
          type="file"
          multiple
          hidden
          aria-label={t`Folder to import`}
          onChange={(event) => onFiles([...(event.currentTarget.files ?? [])])}
        />
      </Group>
      <Text size="sm" c="dimmed">
        <Trans>
          Also read: Hugging Face image folders, Label Studio JSON, CreativeRanking lists, and
          Perigee&apos;s own exports. Nothing leaves this browser.
        </Trans>
      </Text>
    </>
  );
}

function Preview(props: {
  readonly opened: Opened;
  readonly mapping: Mapping;
  readonly grouping: "folder" | "name";
  readonly onGrouping: (grouping: "folder" | "name") => void;
  readonly onMapping: (mapping: Mapping) => void;
  readonly onCancel: () => void;
  readonly onRun: () => void;
}) {
  const { t, i18n } = useLingui();
  const { opened, mapping, grouping } = props;
  const images = opened.set.files.filter(({ path }) => isImagePath(path));
  const [showAll, setShowAll] = useState(false);
  const problem = opened.table === undefined ? undefined : mappingProblem(mapping);
  const groups = Map.groupBy(images, ({ path }) => productOfPath(path, grouping));
  const isEmpty = opened.table === undefined && images.length === 0;
  return (
    <>
      <Text>
        <Trans>
          {formatNumber(opened.set.files.length, i18n.locale)} files,{" "}
          {formatNumber(images.length, i18n.locale)} of them images.
        </Trans>{" "}
        {opened.table !== undefined && <Trans>Table: {opened.table.file.path}</Trans>}
      </Text>
      {opened.table === undefined ? (
        <>
          <SegmentedControl
            aria-label={t`How images are grouped`}
            value={grouping}
            onChange={(value) => props.onGrouping(value === "name" ? "name" : "folder")}
            data={[
              { value: "folder", label: t`Product = folder` },
              { value: "name", label: t`Product = file name without its last part` },
            ]}
          />
          <div className={styles["tableScroll"]}>
            <Table>
              <Table.Thead>
                <Table.Tr>
                  <Table.Th>
                    <Trans>Product</Trans>
                  </Table.Th>
                  <Table.Th>
                    <Trans>Creatives</Trans>
                  </Table.Th>
                </Table.Tr>
              </Table.Thead>
              <Table.Tbody>
                {[...groups].slice(0, showAll ? 200 : 8).map(([product, list]) => (
                  <Table.Tr key={product}>
                    <Table.Td>{product}</Table.Td>
                    <Table.Td>
                      {list.length}:{" "}
                      {list
                        .slice(0, 3)
                        .map(({ path }) => path)
                        .join(", ")}
                    </Table.Td>
                  </Table.Tr>
                ))}
              </Table.Tbody>
            </Table>
          </div>
          {groups.size > 8 && (
            <Checkbox
              label={t`Show more groups`}
              checked={showAll}
              onChange={(event) => setShowAll(event.currentTarget.checked)}
            />
          )}
        </>
      ) : (
        <MappingTable
          columns={opened.table.columns}
          rows={opened.table.rows}
          mapping={mapping}
          onMapping={props.onMapping}
        />
      )}
      {problem === "no-image" && (
        <Notice tone="warn">
          <Trans>Say which column names the image, or the two images of a pair.</Trans>
        </Notice>
      )}
      {problem === "one-side" && (
        <Notice tone="warn">
          <Trans>A pair needs both image columns.</Trans>
        </Notice>
      )}
      {isEmpty && (
        <Notice tone="warn">
          <Trans>There is no image and no table among these files.</Trans>
        </Notice>
      )}
      <Group>
        <Button disabled={problem !== undefined || isEmpty} onClick={props.onRun}>
          <Trans>Import</Trans>
        </Button>
        <Button variant="default" onClick={props.onCancel}>
          <Trans>Choose other files</Trans>
        </Button>
      </Group>
    </>
  );
}

function Report({
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
