import { Trans, useLingui } from "@lingui/react/macro";
import { Button, Group, Text, TextInput } from "@mantine/core";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useState, type FormEvent } from "react";
import type { LabelingProject } from "@/domain/labeling/records";
import { withTimeLeft, type StepProgress } from "@/shared/lib/time-left";
import { ErrorState } from "@/shared/ui/error-state";
import { formatDateTime, formatNumber } from "@/shared/ui/format";
import { ErrorNotice, Notice } from "@/shared/ui/notice";
import { Page } from "@/shared/ui/page";
import { saveFile } from "@/shared/ui/save-file";
import { useTask } from "@/shared/ui/use-task";
import { TaskProgress } from "@/shared/ui/task-progress";
import { isoTime } from "../../logic/make-event";
import { createProject } from "../../logic/new-project";
import { writeBeside } from "../../background/background";
import { backupAll, type BackupStep } from "../../queries/backup-all";
import { createSampleProject } from "../../queries/sample-project";
import type { WorkspaceProps } from "../labeling-context";
import { FirstSteps } from "./first-steps";
import { RestoreButton, RestoreProgress, useRestore } from "./restore-button";
import styles from "../labeling-page.module.css";

const LIST = ["labeling/projects"];

function NewProject({ onCreate }: { readonly onCreate: (title: string) => void }) {
  const { t } = useLingui();
  const [title, setTitle] = useState("");
  function submit(event: FormEvent) {
    event.preventDefault();
    if (title.trim() !== "") onCreate(title.trim());
  }
  return (
    <form onSubmit={submit}>
      <Group gap={8}>
        <TextInput
          aria-label={t`Title of a new project`}
          placeholder={t`Title of a new project`}
          value={title}
          maxLength={300}
          onChange={(event) => setTitle(event.currentTarget.value)}
        />
        <Button type="submit" disabled={title.trim() === ""}>
          <Trans>Create</Trans>
        </Button>
      </Group>
    </form>
  );
}

function ProjectCard({
  project,
  counts,
  onOpen,
}: {
  readonly project: LabelingProject;
  readonly counts: { creatives: number; pairs: number; events: number };
  readonly onOpen: () => void;
}) {
  const { i18n } = useLingui();
  const number = (value: number) => formatNumber(value, i18n.locale);
  return (
    <li>
      <div className={styles["card"]}>
        <Text fw={600} component="h2" m={0}>
          {project.title}
        </Text>
        <Text size="sm" c="dimmed">
          <Trans>
            {number(counts.creatives)} creatives · {number(counts.pairs)} pairs ·{" "}
            {number(counts.events)} events in the log
          </Trans>
        </Text>
        <Text size="sm" c="dimmed">
          {formatDateTime(Date.parse(project.createdAt), i18n.locale)}
        </Text>
        <Button mt="auto" variant="default" onClick={onOpen} aria-label={project.title}>
          <Trans>Open</Trans>
        </Button>
      </div>
    </li>
  );
}

/** All projects of this browser, and the ways to begin one. */
export function ProjectsView(props: WorkspaceProps) {
  const { repository, stored, clock, newId, onNavigate } = props;
  const { t, i18n } = useLingui();
  const backup = useTask<StepProgress<BackupStep>>();
  const [saved, setSaved] = useState<{ readonly name: string; readonly missing: number }>();
  const queryClient = useQueryClient();
  const [isBusy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>();
  const list = useQuery({
    queryKey: LIST,
    staleTime: 0,
    queryFn: async () => {
      const projects = await repository.listProjects();
      return Promise.all(
        projects.map(async (project) => ({
          project,
          counts: await repository.counts(project.id),
        })),
      );
    },
  });

  const restoring = useRestore({ ...props, onRestored: () => void list.refetch() });

  async function begin(make: () => Promise<string>, view: "judge" | "import") {
    setBusy(true);
    setError(undefined);
    try {
      const project = await make();
      await queryClient.invalidateQueries({ queryKey: LIST });
      onNavigate({ project, view });
    } catch (reason) {
      setError(reason);
    } finally {
      setBusy(false);
    }
  }
  const create = (title: string) =>
    begin(async () => {
      const createdAt = isoTime(clock.now());
      const project = createProject({ id: newId(), title, createdAt });
      await repository.saveProject(project);
      return project.id;
    }, "import");
  const sample = () =>
    begin(
      () =>
        createSampleProject(
          repository,
          t`Sample project`,
          t`Say which creative shoppers would click more often, for the queries shown. Judge what is in the image, not the product.`,
          { clock, newId, base: import.meta.env.BASE_URL },
        ),
      "judge",
    );

  async function saveBackup(
    signal: AbortSignal,
    onProgress: (progress: StepProgress<BackupStep>) => void,
  ): Promise<void> {
    setSaved(undefined);
    const now = clock.now();
    const result = await backupAll(repository, stored, {
      now,
      signal,
      onProgress: withTimeLeft(() => clock.now(), onProgress),
      writeProject: (data, stop) => writeBeside(data, now, stop),
    });
    saveFile(result.blob, result.name);
    setSaved({ name: result.name, missing: result.missingImages });
  }

  if (list.error !== null)
    return <ErrorState error={list.error} onRetry={() => void list.refetch()} />;
  if (list.data === undefined) {
    return (
      <Page title={<Trans>Label</Trans>}>
        <TaskProgress label={<Trans>Reading your projects</Trans>} />
      </Page>
    );
  }
  const sampleButton = (
    <Button variant={list.data.length === 0 ? "filled" : "default"} onClick={() => void sample()}>
      <Trans>Open a sample project</Trans>
    </Button>
  );
  const restore = <RestoreButton restoring={restoring} />;
  const newProject = <NewProject onCreate={(title) => void create(title)} />;
  return (
    <Page
      title={<Trans>Label</Trans>}
      actions={
        list.data.length > 0 && (
          <>
            {sampleButton}
            <Button
              variant="default"
              disabled={backup.isRunning}
              onClick={() => void backup.run(saveBackup)}
            >
              <Trans>Back up all projects</Trans>
            </Button>
            {restore}
            {newProject}
          </>
        )
      }
    >
      {backup.isRunning && (
        <TaskProgress
          label={
            backup.progress?.step === "write" ? t`Writing the backup` : t`Reading the projects`
          }
          unit="items"
          {...backup.progress}
          onCancel={backup.cancel}
        />
      )}
      <RestoreProgress restoring={restoring} />
      {backup.error !== undefined && <ErrorNotice error={backup.error} />}
      {saved !== undefined && (
        <Notice tone={saved.missing > 0 ? "warn" : "plain"}>
          <Trans>
            {saved.name} holds every project with its images, judgements, annotators and settings.
            Restore or merge brings it back here or in another browser.
          </Trans>{" "}
          {saved.missing > 0 && (
            <Trans>
              {formatNumber(saved.missing, i18n.locale)} images could not be read and are left out.
            </Trans>
          )}
        </Notice>
      )}
      {isBusy && <TaskProgress label={<Trans>Preparing the project</Trans>} />}
      {error !== undefined && <ErrorNotice error={error} />}
      {list.data.length === 0 ? (
        <FirstSteps sample={sampleButton} create={newProject} restore={restore} />
      ) : (
        <ul className={styles["cards"]}>
          {list.data.map(({ project, counts }) => (
            <ProjectCard
              key={project.id}
              project={project}
              counts={counts}
              onOpen={() =>
                onNavigate({
                  project: project.id,
                  view: counts.creatives === 0 ? "import" : "judge",
                })
              }
            />
          ))}
        </ul>
      )}
    </Page>
  );
}
