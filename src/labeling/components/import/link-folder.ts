import { AppError } from "@/shared/lib/errors";
import type { LabelingRepository } from "@/shared/persistence/labeling-repository";
import { IMPORT_LIMITS, safePath } from "../../logic/import/limits";
import {
  isImagePath,
  isTablePath,
  sourceOfBlob,
  type SourceFile,
  type SourceSet,
} from "../../logic/import/sources";

/** Present where the browser has the File System Access API. */
interface FolderPicker {
  showDirectoryPicker(options: { mode: "read" }): Promise<FileSystemDirectoryHandle>;
}

async function* filesIn(
  folder: FileSystemDirectoryHandle,
  prefix: string,
): AsyncGenerator<{ path: string; handle: FileSystemFileHandle }> {
  for await (const [name, entry] of folder.entries()) {
    const path = prefix === "" ? name : `${prefix}/${name}`;
    if (entry.kind === "file") yield { path, handle: entry as FileSystemFileHandle };
    else yield* filesIn(entry as FileSystemDirectoryHandle, path);
  }
}

/** Lets the user link a folder: its images stay where they are and are read when needed. */
export async function linkFolder(
  repository: LabelingRepository,
  projectId: string,
): Promise<SourceSet> {
  const picker = window as unknown as FolderPicker;
  const folder = await picker.showDirectoryPicker({ mode: "read" });
  const files: SourceFile[] = [];
  for await (const { path, handle } of filesIn(folder, "")) {
    if (files.length >= IMPORT_LIMITS.zipEntries) {
      throw new AppError("input-invalid", "The folder has more files than can be imported.");
    }
    if (safePath(path) !== path || !(isImagePath(path) || isTablePath(path))) continue;
    const { size } = await handle.getFile();
    files.push(sourceOfBlob(path, size, () => handle.getFile()));
  }
  await repository.saveFolder(projectId, folder);
  return { files, issues: [], close: () => Promise.resolve() };
}
