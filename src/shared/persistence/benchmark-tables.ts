/** Dexie index definitions of the data-set and benchmark tables (the primary key first). */
export const benchmarkStores = {
  datasets: "id",
} as const;
