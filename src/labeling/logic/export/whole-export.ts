import type { LabelingCreative } from "@/domain/labeling/records";
import { zipOf } from "./bundle";
import { dataCard } from "./data-card";
import { writeFormat, type ExportFile, type FormatId } from "./formats";
import { MANIFEST_PATH, manifestOf } from "./manifest";
import { imagePath, type ProjectData } from "./project-data";
import { labelAgreementText } from "../quality";
import { isoTime } from "../make-event";

export interface ExportOptions {
  /** The image of a creative, if it could be read. Absent: the files name the images only. */
  readonly imageOf: ((creative: LabelingCreative) => Blob | undefined) | undefined;
  readonly now: number;
  readonly onProgress: (done: number, total: number) => void;
}

export interface ExportResult {
  readonly blob: Blob;
  readonly name: string;
  readonly missingImages: number;
}

/** The creatives whose images go with an export; a backup holds all of them. */
export function illustrated(format: FormatId, data: ProjectData): LabelingCreative[] {
  if (format === "native") return [...data.creatives.values()];
  const used = new Set(data.pairs.flatMap(({ a, b }) => [a, b]));
  return [...data.creatives.values()].filter(({ id }) => used.has(id));
}

/** Folders that hold a creative's image: Hugging Face wants it inside each split's folder. */
function imageFolders(format: FormatId, data: ProjectData): (creative: string) => string[] {
  if (format !== "hugging-face") return () => [""];
  const folders = new Map<string, Set<string>>();
  for (const { a, b, split } of data.pairs) {
    for (const id of [a, b]) folders.set(id, (folders.get(id) ?? new Set()).add(`${split}/`));
  }
  return (creative) => [...(folders.get(creative) ?? [])];
}

function imageFiles(
  format: FormatId,
  data: ProjectData,
  imageOf: NonNullable<ExportOptions["imageOf"]>,
): { readonly files: ExportFile[]; readonly missing: number } {
  const files: ExportFile[] = [];
  const foldersOf = imageFolders(format, data);
  // Creatives of equal content share a file.
  const written = new Set<string>();
  let missing = 0;
  for (const creative of illustrated(format, data)) {
    const content = imageOf(creative);
    if (content === undefined) {
      missing++;
      continue;
    }
    for (const folder of foldersOf(creative.id)) {
      const path = folder + imagePath(creative);
      if (!written.has(path)) files.push({ path, content });
      written.add(path);
    }
  }
  return { files, missing };
}

/** One zip with the format's files, the data card, the project log and, if wanted, the images. */
export async function exportProject(
  format: FormatId,
  data: ProjectData,
  { imageOf, now, onProgress }: ExportOptions,
): Promise<ExportResult> {
  const bytesOf = async (creative: LabelingCreative) => {
    const blob = imageOf?.(creative);
    return blob === undefined ? undefined : new Uint8Array(await blob.arrayBuffer());
  };
  const options = imageOf === undefined ? {} : { imageBytes: bytesOf };
  const files: ExportFile[] = await writeFormat(format, data, options);
  if (format !== "native") files.push(...(await writeFormat("native", data)));
  const exportedAt = isoTime(now);
  const isHuggingFace = format === "hugging-face";
  const agreement = labelAgreementText(data.state, data.pairsById);
  const card = dataCard(data, { agreement, exportedAt, isHuggingFace });
  files.push({ path: isHuggingFace ? "README.md" : "DATA_CARD.md", content: card });
  const images =
    imageOf === undefined ? { files: [], missing: 0 } : imageFiles(format, data, imageOf);
  files.push(...images.files);
  const manifest = manifestOf(data, {
    format,
    exportedAt,
    images: imageOf === undefined ? "referenced" : "included",
    missingImages: images.missing,
    paths: files.map(({ path }) => path),
  });
  files.push({ path: MANIFEST_PATH, content: `${JSON.stringify(manifest, null, 2)}\n` });
  const blob = await zipOf(files, onProgress);
  const safeTitle = data.project.title.replace(/[^\p{L}\p{N}_-]+/gu, "-").slice(0, 60);
  return { blob, name: `${safeTitle || "project"}-${format}.zip`, missingImages: images.missing };
}
