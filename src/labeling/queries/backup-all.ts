import { foldEvents } from "@/domain/labeling/label-state";
import type { LabelingProject } from "@/domain/labeling/records";
import type { LabelingRepository } from "@/shared/persistence/labeling-repository";
import type { ImageFiles } from "@/shared/persistence/image-store";
import { BACKUP_PATH, settingKeys, type BackupContent } from "../logic/export/backup";
import { zipOf } from "../logic/export/bundle";
import type { ExportFile } from "../logic/export/pieces";
import { imagePath, type ProjectData } from "../logic/export/project-data";
import type { ExportResult } from "../logic/export/whole-export";
import { isoTime } from "../logic/make-event";
import { createImageSource } from "../store/image-source";
import { readContent } from "../store/open-project";
import { collectImages } from "./collect-images";

export type BackupStep = "read" | "write";

export interface BackupOptions {
  readonly now: number;
  readonly signal: AbortSignal;
  readonly onProgress: (step: BackupStep, done: number, total: number) => void;
  /** Writes a project's own export, without images. */
  readonly writeProject: (data: ProjectData, signal: AbortSignal) => Promise<ExportResult>;
}

async function dataOf(
  repository: LabelingRepository,
  project: LabelingProject,
): Promise<ProjectData> {
  return {
    project,
    ...(await readContent(repository, project.id)),
    state: foldEvents(await repository.log.read(project.id)),
  };
}

async function settingsOf(
  repository: LabelingRepository,
  projects: readonly LabelingProject[],
): Promise<Record<string, unknown>> {
  const settings: Record<string, unknown> = {};
  for (const key of settingKeys(projects.map(({ id }) => id))) {
    const value = await repository.setting(key);
    if (value !== undefined && value !== null) settings[key] = value;
  }
  return settings;
}

/**
 * Everything of the labelling workspace in one zip: for each project its own export and its images,
 * and the settings. Images that come from this site are named, not copied.
 */
export async function backupAll(
  repository: LabelingRepository,
  stored: ImageFiles,
  { now, signal, onProgress, writeProject }: BackupOptions,
): Promise<{ readonly blob: Blob; readonly name: string; readonly missingImages: number }> {
  const projects = await repository.listProjects();
  const files: ExportFile[] = [];
  const listed: BackupContent["projects"][number][] = [];
  for (const [at, project] of projects.entries()) {
    signal.throwIfAborted();
    const folder = `projects/${at + 1}`;
    const data = await dataOf(repository, project);
    const log = await writeProject(data, signal);
    files.push({ path: `${folder}/${log.name}`, content: log.blob });
    const own = new Map([...data.creatives].filter(([, { image }]) => image.kind !== "site"));
    const source = createImageSource(project.id, repository, stored);
    const images = await collectImages(
      "native",
      { ...data, creatives: own },
      source,
      signal,
      (done, total) => onProgress("read", done, total),
    );
    const written = new Set<string>();
    for (const [id, content] of images) {
      const path = `${folder}/${imagePath(own.get(id)!)}`;
      if (!written.has(path)) files.push({ path, content });
      written.add(path);
    }
    const missing = own.size - images.size;
    listed.push({ id: project.id, title: project.title, folder, missing_images: missing });
  }
  const content: BackupContent = {
    schema: "perigee-backup/1",
    created_at: isoTime(now),
    projects: listed,
    settings: await settingsOf(repository, projects),
  };
  files.push({ path: BACKUP_PATH, content: `${JSON.stringify(content, null, 2)}\n` });
  const blob = await zipOf(files, (done, total) => {
    signal.throwIfAborted();
    onProgress("write", done, total);
  });
  const missingImages = listed.reduce((sum, one) => sum + one.missing_images, 0);
  return { blob, name: `perigee-labelling-${isoTime(now).slice(0, 10)}.zip`, missingImages };
}
