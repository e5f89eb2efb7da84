import type { LabelingCreative } from "@/domain/labeling/records";
import { createZip } from "./bundle";
import { dataCard } from "./data-card";
import type { Deflater } from "./deflate";
import { formatPieces, type FormatId } from "./formats";
import { MANIFEST_PATH, manifestOf } from "./manifest";
import type { Piece } from "./pieces";
import { exportItems, imagePath, type ProjectData } from "./project-data";
import { labelAgreementText } from "../quality";
import { isoTime } from "../make-event";

export interface ExportOptions {
  /** The image of a creative, if it could be read. Absent: the files name the images only. */
  readonly imageOf: ((creative: LabelingCreative) => Blob | undefined) | undefined;
  readonly now: number;
  /** Judgements and events written, of all that will be. */
  readonly onProgress: (done: number, total: number) => void;
  /** Compresses a text file; without it the calling thread does. */
  readonly makeDeflater?: (() => Deflater) | undefined;
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
): { readonly files: Piece[]; readonly missing: number } {
  const files: Piece[] = [];
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
      if (!written.has(path)) files.push([path, content]);
      written.add(path);
    }
  }
  return { files, missing };
}

/** One zip with the format's files, the data card, the project log and, if wanted, the images. */
export async function exportProject(
  format: FormatId,
  data: ProjectData,
  { imageOf, now, onProgress, makeDeflater }: ExportOptions,
): Promise<ExportResult> {
  const bytesOf = async (creative: LabelingCreative) => {
    const blob = imageOf?.(creative);
    return blob === undefined ? undefined : new Uint8Array(await blob.arrayBuffer());
  };
  const isNative = format === "native";
  const isHuggingFace = format === "hugging-face";
  const items = exportItems(data);
  const total = (isNative ? 0 : items.length) + data.state.events.size;
  let done = 0;
  const onItem = () => onProgress(++done, total);
  const zip = createZip(makeDeflater);
  const imageBytes = imageOf === undefined ? undefined : bytesOf;
  await zip.add(formatPieces(format, data, { items, imageBytes, onItem }));
  if (!isNative) await zip.add(formatPieces("native", data, { onItem }));
  const exportedAt = isoTime(now);
  const agreement = labelAgreementText(items.map(({ judgement }) => judgement));
  const card = dataCard(data, items, { agreement, exportedAt, isHuggingFace });
  const images =
    imageOf === undefined ? { files: [], missing: 0 } : imageFiles(format, data, imageOf);
  await zip.add([[isHuggingFace ? "README.md" : "DATA_CARD.md", card], ...images.files]);
  const manifest = manifestOf(data, {
    format,
    exportedAt,
    judgements: items.length,
    images: imageOf === undefined ? "referenced" : "included",
    missingImages: images.missing,
    paths: zip.paths(),
  });
  await zip.add([[MANIFEST_PATH, `${JSON.stringify(manifest, null, 2)}\n`]]);
  const blob = await zip.finish();
  const safeTitle = data.project.title.replace(/[^\p{L}\p{N}_-]+/gu, "-").slice(0, 60);
  return { blob, name: `${safeTitle || "project"}-${format}.zip`, missingImages: images.missing };
}
