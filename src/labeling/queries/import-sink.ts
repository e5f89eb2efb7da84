import type { LabelingCreative } from "@/domain/labeling/records";
import { createImageBatch, type ImageFiles } from "@/shared/persistence/image-store";
import type { ImportSink } from "../logic/import/run-import";
import type { ProjectHandle } from "../store/open-project";

function addToCreative(
  known: LabelingCreative | undefined,
  now: LabelingCreative,
): LabelingCreative {
  if (known === undefined) return now;
  const factors = { ...known.factors, ...now.factors };
  const image = now.image.kind === "missing" ? known.image : now.image;
  const sum = { ...known, ...now, image };
  return Object.keys(factors).length === 0 ? sum : { ...sum, factors };
}

/** Where the bytes of an image lie: the same bytes, the same place. */
export function storedImagePath(sha256: string, extension: string): string {
  return `labeling/${sha256.slice(0, 2)}/${sha256}.${extension}`;
}

/** Keeps an import in the database and the image store. Images are kept once per content. */
export function createImportSink(handle: ProjectHandle, images: ImageFiles): ImportSink {
  const { repository } = handle;
  const { project } = handle.store.getState();
  const batch = createImageBatch(images);
  return {
    async keepImage(bytes, sha256, extension) {
      const path = storedImagePath(sha256, extension);
      await batch.add(path, bytes);
      return { kind: "stored", path };
    },
    async addItems(products, creatives) {
      // No creative names an image before its bytes are on disk.
      await batch.finish();
      // A file adds to what is known of an item: it may say less than an earlier one.
      const known = handle.store.getState();
      await repository.addItems(
        project.id,
        products.map((one) => ({ ...known.products.get(one.id), ...one })),
        creatives.map((one) => addToCreative(known.creatives.get(one.id), one)),
      );
    },
    async addPairs(pairs) {
      const known = handle.store.getState().pairsById;
      await repository.addPairs(
        project.id,
        pairs.filter(({ id }) => !known.has(id)),
      );
    },
    async addEvents(events) {
      if (events.length > 0) await repository.log.merge(events);
    },
    async saveAnnotators(annotators) {
      await handle.changeProject((stored) => {
        const known = new Set(stored.annotators.map(({ id }) => id));
        const more = annotators.filter(({ id }) => !known.has(id));
        return { ...stored, annotators: [...stored.annotators, ...more] };
      });
    },
  };
}
