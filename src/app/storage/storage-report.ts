import type { Database } from "../services";

export interface TableRows {
  readonly name: string;
  readonly rows: number;
}

export interface FolderBytes {
  readonly name: string;
  readonly files: number;
  readonly bytes: number;
}

/** What Perigee keeps in this browser. */
export interface StorageReport {
  readonly usedBytes: number | undefined;
  readonly quotaBytes: number | undefined;
  readonly isPersistent: boolean;
  readonly tables: readonly TableRows[];
  readonly folders: readonly FolderBytes[];
  readonly cacheEntries: number;
}

async function measureFolder(
  folder: FileSystemDirectoryHandle,
): Promise<{ files: number; bytes: number }> {
  let files = 0;
  let bytes = 0;
  for await (const entry of folder.values()) {
    if (entry.kind === "directory") {
      const inner = await measureFolder(entry);
      files += inner.files;
      bytes += inner.bytes;
    } else {
      files += 1;
      bytes += (await entry.getFile()).size;
    }
  }
  return { files, bytes };
}

/** Sizes of the second level: `perigee/models`, `perigee/images` and so on. */
async function measureFolders(): Promise<FolderBytes[]> {
  const folders: FolderBytes[] = [];
  const root = await navigator.storage.getDirectory();
  for await (const top of root.values()) {
    if (top.kind !== "directory") continue;
    for await (const entry of top.values()) {
      if (entry.kind !== "directory") continue;
      folders.push({ name: `${top.name}/${entry.name}`, ...(await measureFolder(entry)) });
    }
  }
  return folders.sort((a, b) => b.bytes - a.bytes);
}

async function countCacheEntries(): Promise<number> {
  let count = 0;
  for (const name of await caches.keys()) {
    count += (await (await caches.open(name)).keys()).length;
  }
  return count;
}

/** Counts everything; reads no contents. */
export async function readStorageReport(database: Database): Promise<StorageReport> {
  const [estimate, isPersistent, folders, cacheEntries] = await Promise.all([
    navigator.storage.estimate(),
    navigator.storage.persisted(),
    measureFolders(),
    countCacheEntries(),
  ]);
  const tables = await Promise.all(
    database.tables.map(async (table) => ({ name: table.name, rows: await table.count() })),
  );
  return {
    usedBytes: estimate.usage,
    quotaBytes: estimate.quota,
    isPersistent,
    tables,
    folders,
    cacheEntries,
  };
}

/**
 * Deletes everything Perigee keeps in this browser: database, files, caches, settings and the
 * offline copy of the application.
 */
export async function eraseStorage(database: Database): Promise<void> {
  await database.delete();
  const root = await navigator.storage.getDirectory();
  const names: string[] = [];
  for await (const name of root.keys()) names.push(name);
  for (const name of names) await root.removeEntry(name, { recursive: true });
  for (const name of await caches.keys()) await caches.delete(name);
  const workers = await navigator.serviceWorker?.getRegistrations();
  for (const worker of workers ?? []) await worker.unregister();
  localStorage.clear();
}
