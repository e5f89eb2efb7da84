import { Trans, useLingui } from "@lingui/react/macro";
import { useRef, useState } from "react";
import { ErrorNotice } from "@/shared/ui/notice";
import { TaskProgress } from "@/shared/ui/task-progress";
import { guessMapping, type Mapping } from "../../logic/import/mapping";
import { formatOf, previewTable } from "../../logic/import/read-table";
import { runImport, type ImportProgress, type ImportReport } from "../../logic/import/run-import";
import {
  isTablePath,
  sourcesOfFiles,
  sourcesOfZip,
  type SourceFile,
  type SourceSet,
} from "../../logic/import/sources";
import { createImportSink } from "../../queries/import-sink";
import type { ProjectViewProps } from "../labeling-context";
import { ChooseSource } from "./choose-source";
import { ImportPreview, type Opened } from "./import-preview";
import { ImportSummary } from "./import-summary";
import { linkFolder } from "./link-folder";
import styles from "../labeling-page.module.css";

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
  const { handle, stored, clock, newId, repository, onNavigate } = props;
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
      const report = await stored.whileAdding(() =>
        runImport(
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
            sink: createImportSink(handle, stored),
            onProgress: (progress) => setStep({ name: "running", progress }),
          },
        ),
      );
      await handle.reloadContent();
      setStep({ name: "done", report });
    } catch (reason) {
      // What was saved before the failure is there.
      await handle.reloadContent().catch(() => undefined);
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
        <ImportPreview
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
            step.progress?.step === "images"
              ? t`Checking and keeping the images`
              : t`Reading the rows`
          }
          unit="items"
          {...step.progress}
          onCancel={() => abort.current?.abort()}
        />
      )}
      {step.name === "done" && (
        <ImportSummary
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
