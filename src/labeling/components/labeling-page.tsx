import { Trans, useLingui } from "@lingui/react/macro";
import { Button, Tabs } from "@mantine/core";
import { IconFolderOff } from "@tabler/icons-react";
import { lazy, Suspense, useEffect, useMemo, useRef, useState, type ReactNode } from "react";
import { useStore } from "zustand";
import type { InferenceClient } from "@/inference/client/inference-client";
import type { Clock, IdSource } from "@/shared/lib/ports";
import { createImageStore } from "@/shared/persistence/image-store";
import type { BlobStore } from "@/shared/persistence/opfs";
import { createLabelingRepository } from "@/shared/persistence/labeling-repository";
import { EmptyState } from "@/shared/ui/empty-state";
import { ErrorState } from "@/shared/ui/error-state";
import { TaskProgress } from "@/shared/ui/task-progress";
import { createBackground, type Background } from "../background/background";
import type { LabelingSearch, LabelingView } from "../logic/search-params";
import { createImageSource, type ImageSource } from "../store/image-source";
import { openProject, type ProjectHandle } from "../store/open-project";
import { JudgeScreen } from "./judge/judge-screen";
import type { ProjectViewProps, WorkspaceProps } from "./labeling-context";
import { FolderNotice } from "./projects/folder-notice";
import { ProjectsView } from "./projects/projects-view";
import { StorageNotice } from "./projects/storage-notice";
import styles from "./labeling-page.module.css";

const PairsView = lazy(() =>
  import("./projects/pairs-view").then((m) => ({ default: m.PairsView })),
);
const ImportView = lazy(() =>
  import("./import/import-view").then((m) => ({ default: m.ImportView })),
);
const SettingsView = lazy(() =>
  import("./projects/settings-view").then((m) => ({ default: m.SettingsView })),
);
const ResultsView = lazy(() =>
  import("./results/results-view").then((m) => ({ default: m.ResultsView })),
);
const RankingView = lazy(() =>
  import("./results/ranking-view").then((m) => ({ default: m.RankingView })),
);
const ReviewView = lazy(() =>
  import("./results/review-view").then((m) => ({ default: m.ReviewView })),
);
const ExportView = lazy(() =>
  import("./export/export-view").then((m) => ({ default: m.ExportView })),
);

export interface LabelingPageProps {
  readonly client: InferenceClient;
  readonly database: Parameters<typeof createLabelingRepository>[0];
  readonly blobs: BlobStore;
  readonly clock: Clock;
  readonly newId: IdSource;
  readonly search: LabelingSearch;
  readonly onNavigate: (search: LabelingSearch) => void;
}

/** The labelling workspace: the list of projects, or one project with its views. */
export function LabelingPage({ database, blobs, ...props }: LabelingPageProps) {
  const repository = useMemo(() => createLabelingRepository(database), [database]);
  const stored = useMemo(() => createImageStore(database, blobs), [database, blobs]);
  const workspace = { ...props, repository, stored };
  const { project, view } = props.search;
  if (project === undefined || view === "projects") return <ProjectsView {...workspace} />;
  return <ProjectPage key={project} {...workspace} projectId={project} />;
}

interface Opened {
  readonly handle: ProjectHandle;
  readonly images: ImageSource;
  readonly background: Background;
}

function ProjectPage(props: WorkspaceProps & { readonly projectId: string }) {
  const { repository, stored, projectId, onNavigate } = props;
  const [opened, setOpened] = useState<Opened>();
  const [isMissing, setMissing] = useState(false);
  const [error, setError] = useState<unknown>();

  // The database and the images are outside React; they are let go when the project is left.
  useEffect(() => {
    let isWanted = true;
    let made: Opened | undefined;
    openProject(repository, projectId).then(
      (handle) => {
        if (!isWanted) return handle?.close();
        if (handle === undefined) return setMissing(true);
        const images = createImageSource(projectId, repository, stored);
        made = { handle, images, background: createBackground(handle) };
        setOpened(made);
      },
      (reason: unknown) => isWanted && setError(reason),
    );
    return () => {
      isWanted = false;
      made?.handle.close();
      made?.images.close();
      made?.background.close();
    };
  }, [repository, stored, projectId]);

  const back = (
    <Button onClick={() => onNavigate({})}>
      <Trans>All projects</Trans>
    </Button>
  );
  if (error !== undefined) return <ErrorState error={error} actions={back} />;
  if (isMissing) return <MissingProject actions={back} />;
  if (opened === undefined) {
    return (
      <div className={styles["pending"]}>
        <TaskProgress label={<Trans>Opening the project</Trans>} />
      </div>
    );
  }
  return <ProjectViews {...props} {...opened} />;
}

function MissingProject({ actions }: { readonly actions: ReactNode }) {
  const { t } = useLingui();
  return (
    <EmptyState
      icon={<IconFolderOff size={32} />}
      title={t`This project is not in this browser`}
      actions={actions}
    >
      <Trans>
        It may have been erased, or the address comes from another browser. A backup or an export of
        it can be restored on the list of projects.
      </Trans>
    </EmptyState>
  );
}

function ProjectViews(props: ProjectViewProps) {
  const { handle, search, onNavigate } = props;
  const { t } = useLingui();
  const project = useStore(handle.store, (state) => state.project);
  const view: LabelingView = search.view ?? "judge";
  // Images that could not be read are asked for again when the view begins anew.
  const [readings, setReadings] = useState(0);
  const list = useRef<HTMLDivElement>(null);
  // On a phone the tabs are wider than the screen, and a link may lead to the last one.
  useEffect(() => {
    const tab = list.current?.querySelector('[aria-selected="true"]');
    tab?.scrollIntoView({ block: "nearest", inline: "center" });
  }, [view]);
  const tabs: readonly (readonly [LabelingView, string])[] = [
    ["judge", t`Judge`],
    ["results", t`Results`],
    ["ranking", t`Ranking`],
    ["review", t`Review`],
    ["pairs", t`Pairs`],
    ["import", t`Import`],
    ["export", t`Export`],
    ["settings", t`Settings`],
  ];
  return (
    <div className={styles["project"]}>
      <div className={styles["bar"]}>
        <h1 className={styles["title"]}>
          <button type="button" className={styles["back"]} onClick={() => onNavigate({})}>
            <Trans>Projects</Trans>
          </button>
          <span aria-hidden="true"> ▸ </span>
          {project.title}
        </h1>
        <Tabs
          value={view}
          keepMounted={false}
          onChange={(value) => {
            const next = tabs.find(([id]) => id === value)?.[0] ?? "judge";
            onNavigate({ view: next, project: project.id });
          }}
        >
          <Tabs.List
            ref={list}
            aria-label={t`Views of the project`}
            className={styles["tabs"] ?? ""}
          >
            {tabs.map(([id, name]) => (
              <Tabs.Tab key={id} value={id} aria-controls="labeling-view">
                {name}
              </Tabs.Tab>
            ))}
          </Tabs.List>
        </Tabs>
      </div>
      <div className={styles["notices"]}>
        <StorageNotice />
        <FolderNotice
          repository={props.repository}
          projectId={project.id}
          onGranted={() => setReadings((count) => count + 1)}
        />
      </div>
      <div id="labeling-view" className={styles["content"]}>
        <Suspense fallback={<TaskProgress label={<Trans>Opening the view</Trans>} />}>
          <CurrentView key={readings} {...props} view={view} />
        </Suspense>
      </div>
    </div>
  );
}

function CurrentView({ view, ...props }: ProjectViewProps & { readonly view: LabelingView }) {
  switch (view) {
    case "projects":
    case "judge":
      return <JudgeScreen {...props} key={props.search.pair ?? "queue"} />;
    case "pairs":
      return <PairsView {...props} />;
    case "results":
      return <ResultsView {...props} />;
    case "ranking":
      return <RankingView {...props} />;
    case "review":
      return <ReviewView {...props} />;
    case "import":
      return <ImportView {...props} />;
    case "export":
      return <ExportView {...props} />;
    case "settings":
      return <SettingsView {...props} />;
  }
}
