/** Dexie index definitions of the labelling tables (the primary key first). */
export const labelingStores = {
  projects: "id",
} as const;
