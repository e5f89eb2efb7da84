/**
 * Dexie index definitions of the labelling tables (the primary key first).
 *
 * `labelEvents` is append-only. Its ids are ULIDs, so the primary key is the order of events.
 */
export const labelingStores = {
  projects: "id",
  labelProducts: "[projectId+id], projectId",
  labelCreatives: "[projectId+id], projectId",
  labelPairs: "[projectId+position], projectId",
  labelEvents: "id, [project+id], [project+task], [project+target]",
  labelDrafts: "key",
  labelFolders: "projectId",
} as const;

/** Added in version 2: where each image lies in the packs. */
export const imageStores = { labelImages: "path" } as const;
