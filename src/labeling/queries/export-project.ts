import { zipOf } from "../logic/export/bundle";
import { dataCard } from "../logic/export/data-card";
import { writeFormat, type ExportFile, type FormatId } from "../logic/export/formats";
import { MANIFEST_PATH, manifestOf } from "../logic/export/manifest";
import { imagePath, type ProjectData } from "../logic/export/project-data";
import { labelAgreementText } from "../logic/quality";
import { isoTime } from "../logic/make-event";
import type { ImageSource } from "../store/image-source";

export interface ExportOptions {
  /** Absent: the files name the images without bringing them. */
  readonly images: ImageSource | undefined;
  readonly now: number;
  readonly signal: AbortSignal;
  readonly onProgress: (done: number, total: number) => void;
}

export interface ExportResult {
  readonly blob: Blob;
  readonly name: string;
  readonly missingImages: number;
}

/** Folders that hold the images: Hugging Face wants them inside each split's folder. */
function imageFolders(format: FormatId, data: ProjectData, creative: string): string[] {
  if (format !== "hugging-face") return [""];
  const splits = new Set<string>();
  for (const pair of data.pairs) {
    if (pair.a === creative || pair.b === creative) splits.add(`${pair.split}/`);
  }
  return [...splits];
}

/** One zip with the format's files, the data card, the project log and, if wanted, the images. */
export async function exportProject(
  format: FormatId,
  data: ProjectData,
  options: ExportOptions,
): Promise<ExportResult> {
  const { images, signal } = options;
  const files: ExportFile[] = await writeFormat(
    format,
    data,
    images === undefined
      ? {}
      : {
          imageBytes: async (creative) => {
            const blob = await images.blob(creative).catch(() => undefined);
            return blob === undefined ? undefined : new Uint8Array(await blob.arrayBuffer());
          },
        },
  );
  if (format !== "native") files.push(...(await writeFormat("native", data)));
  const exportedAt = isoTime(options.now);
  const card = dataCard(data, {
    agreement: labelAgreementText(data.state, data.pairsById),
    exportedAt,
    isHuggingFace: format === "hugging-face",
  });
  files.push({ path: format === "hugging-face" ? "README.md" : "DATA_CARD.md", content: card });
  let missingImages = 0;
  if (images !== undefined) {
    // Creatives of equal content share a file.
    const written = new Set<string>();
    const used = new Set(data.pairs.flatMap(({ a, b }) => [a, b]));
    for (const creative of data.creatives.values()) {
      if (!used.has(creative.id) && format !== "native") continue;
      signal.throwIfAborted();
      const content = await images.blob(creative).catch(() => undefined);
      if (content === undefined) missingImages++;
      else {
        for (const folder of imageFolders(format, data, creative.id)) {
          const path = folder + imagePath(creative);
          if (!written.has(path)) files.push({ path, content });
          written.add(path);
        }
      }
    }
  }
  const manifest = manifestOf(data, {
    format,
    exportedAt,
    images: images === undefined ? "referenced" : "included",
    missingImages,
    paths: files.map(({ path }) => path),
  });
  files.push({ path: MANIFEST_PATH, content: `${JSON.stringify(manifest, null, 2)}\n` });
  const blob = await zipOf(files, signal, options.onProgress);
  const safeTitle = data.project.title.replace(/[^\p{L}\p{N}_-]+/gu, "-").slice(0, 60);
  return { blob, name: `${safeTitle || "project"}-${format}.zip`, missingImages };
}
