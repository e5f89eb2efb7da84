import { AppError } from "@/shared/lib/errors";

/**
 * Blobs by path in the origin private file system: weights, images, vectors. Works on the page and
 * in workers. Paths are `folder/sub/name`; a segment may not be empty, `.` or `..`.
 */
export interface BlobStore {
  /** Writes the whole blob; readers see the old or the new content, never a part. */
  write(path: string, data: Blob | BufferSource): Promise<void>;
  /** The stored file, or undefined. The bytes stay on disk until they are read. */
  read(path: string): Promise<File | undefined>;
  remove(path: string): Promise<void>;
  /** Names directly under `folder`; folders end with `/`. */
  list(folder: string): Promise<string[]>;
}

function segmentsOf(path: string): string[] {
  const segments = path.split("/");
  if (segments.some((s) => s === "" || s === "." || s === "..")) {
    throw new AppError("input-invalid", `opfs: "${path}" is not a plain relative path`);
  }
  return segments;
}

function isNotFound(error: unknown): boolean {
  return error instanceof DOMException && error.name === "NotFoundError";
}

async function folderOf(
  segments: readonly string[],
  options: { create: boolean },
): Promise<FileSystemDirectoryHandle> {
  let folder = await navigator.storage.getDirectory();
  for (const segment of segments) folder = await folder.getDirectoryHandle(segment, options);
  return folder;
}

/** The store under `root` in the origin private file system. */
export function createOpfsStore(root: string): BlobStore {
  return {
    async write(path, data) {
      const segments = [root, ...segmentsOf(path)];
      const name = segments.pop() as string;
      try {
        const folder = await folderOf(segments, { create: true });
        const file = await folder.getFileHandle(name, { create: true });
        const writer = await file.createWritable();
        await writer.write(data as Blob);
        await writer.close();
      } catch (error) {
        if (error instanceof DOMException && error.name === "QuotaExceededError") {
          throw new AppError(
            "storage-quota",
            `The browser's storage is full: could not keep "${path}". Free space on /data and try again.`,
            { details: { path }, cause: error },
          );
        }
        throw error;
      }
    },
    async read(path) {
      const segments = [root, ...segmentsOf(path)];
      const name = segments.pop() as string;
      try {
        const folder = await folderOf(segments, { create: false });
        return await (await folder.getFileHandle(name)).getFile();
      } catch (error) {
        if (isNotFound(error)) return undefined;
        throw error;
      }
    },
    async remove(path) {
      const segments = [root, ...segmentsOf(path)];
      const name = segments.pop() as string;
      try {
        const folder = await folderOf(segments, { create: false });
        await folder.removeEntry(name, { recursive: true });
      } catch (error) {
        if (!isNotFound(error)) throw error;
      }
    },
    async list(folder) {
      try {
        const handle = await folderOf([root, ...segmentsOf(folder)], { create: false });
        const names: string[] = [];
        for await (const [name, entry] of handle.entries()) {
          names.push(entry.kind === "directory" ? `${name}/` : name);
        }
        return names.sort();
      } catch (error) {
        if (isNotFound(error)) return [];
        throw error;
      }
    },
  };
}
