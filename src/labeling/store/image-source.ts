import type { LabelingCreative } from "@/domain/labeling/records";
import { AppError } from "@/shared/lib/errors";
import type { LabelingRepository } from "@/shared/persistence/labeling-repository";
import type { ImageFiles } from "@/shared/persistence/image-store";

/** A decoded image that can be put on screen without a wait. */
export interface LoadedImage {
  readonly url: string;
  readonly width: number;
  readonly height: number;
}

export interface ImageSource {
  /** The creative's bytes. @throws AppError `input-decode` with the reason when there are none. */
  blob(creative: LabelingCreative): Promise<Blob>;
  /** Reads and decodes; the same promise for the same creative while it is kept. */
  load(creative: LabelingCreative): Promise<LoadedImage>;
  /** Already loaded, for showing it in the same frame. */
  peek(creative: LabelingCreative): LoadedImage | undefined;
  close(): void;
}

/** Images kept decoded: the pair on screen, five ahead, some behind for undo, a page of lists. */
const KEPT = 64;
const DECODE_LIMIT_MS = 15_000;

async function fileInFolder(root: FileSystemDirectoryHandle, path: string): Promise<File> {
  const segments = path.split("/");
  const name = segments.pop()!;
  let folder = root;
  for (const segment of segments) folder = await folder.getDirectoryHandle(segment);
  return (await folder.getFileHandle(name)).getFile();
}

function missing(creative: LabelingCreative, why: string, cause?: unknown): AppError {
  return new AppError("input-decode", `${creative.name}: ${why}`, { cause });
}

async function readBlob(
  creative: LabelingCreative,
  projectId: string,
  repository: LabelingRepository,
  stored: ImageFiles,
): Promise<Blob> {
  const { image } = creative;
  switch (image.kind) {
    case "stored": {
      const file = await stored.read(image.path);
      if (file === undefined) throw missing(creative, "the stored image is gone; import it again.");
      return file;
    }
    case "site": {
      const response = await fetch(image.url);
      if (!response.ok) throw missing(creative, `could not be read (HTTP ${response.status}).`);
      return response.blob();
    }
    case "folder": {
      const folder = await repository.folder(projectId);
      if (folder === undefined) throw missing(creative, "its folder is not linked any more.");
      try {
        return await fileInFolder(folder, image.path);
      } catch (error) {
        throw missing(
          creative,
          "could not be read from the linked folder. Allow reading it, or link it again under Import.",
          error,
        );
      }
    }
    case "missing":
      throw missing(creative, "the file did not come with the import.");
  }
}

async function decode(creative: LabelingCreative, blob: Blob): Promise<LoadedImage> {
  const url = URL.createObjectURL(blob);
  const image = new Image();
  image.src = url;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const limit = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error("decoding took too long")), DECODE_LIMIT_MS);
  });
  try {
    await Promise.race([image.decode(), limit]);
  } catch (error) {
    URL.revokeObjectURL(url);
    throw missing(creative, "is not an image this browser can show.", error);
  } finally {
    clearTimeout(timer);
  }
  held.set(url, image);
  return { url, width: image.naturalWidth, height: image.naturalHeight };
}

/** Elements whose decoded pixels stay in the browser's cache while they are referenced. */
const held = new Map<string, HTMLImageElement>();

function release(url: string): void {
  held.delete(url);
  URL.revokeObjectURL(url);
}

/** The images of one project. */
export function createImageSource(
  projectId: string,
  repository: LabelingRepository,
  stored: ImageFiles,
): ImageSource {
  const promises = new Map<string, Promise<LoadedImage>>();
  const loaded = new Map<string, LoadedImage>();

  const forget = (id: string) => {
    promises.delete(id);
    const image = loaded.get(id);
    loaded.delete(id);
    if (image !== undefined) release(image.url);
  };
  const blob = (creative: LabelingCreative) => readBlob(creative, projectId, repository, stored);

  return {
    blob,
    peek: (creative) => loaded.get(creative.id),
    load(creative) {
      const known = promises.get(creative.id);
      if (known !== undefined) {
        // Used again: move it to the young end.
        promises.delete(creative.id);
        promises.set(creative.id, known);
        return known;
      }
      const promise = blob(creative).then(async (bytes) => {
        const image = await decode(creative, bytes);
        if (promises.has(creative.id)) loaded.set(creative.id, image);
        return image;
      });
      promises.set(creative.id, promise);
      promise.catch(() => promises.delete(creative.id));
      for (const id of promises.keys()) {
        if (promises.size <= KEPT) break;
        forget(id);
      }
      return promise;
    },
    close() {
      for (const id of promises.keys()) forget(id);
    },
  };
}
