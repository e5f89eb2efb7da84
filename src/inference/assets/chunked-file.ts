import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex } from "@noble/hashes/utils.js";
import type { BlobStore } from "@/shared/persistence/opfs";
import { hasCode } from "@/shared/lib/errors";

/** Large enough that opening files costs nothing, small enough to hold in memory. */
export const CHUNK_BYTES = 8 * 1024 * 1024;

/** A store that lives as long as the worker; used where the disk is full or missing. */
export function createMemoryStore(): BlobStore {
  const files = new Map<string, File>();
  return {
    write(path, data) {
      files.set(path, new File([data], path));
      return Promise.resolve();
    },
    read: (path) => Promise.resolve(files.get(path)),
    remove(path) {
      for (const key of files.keys()) {
        if (key === path || key.startsWith(`${path}/`)) files.delete(key);
      }
      return Promise.resolve();
    },
    list(folder) {
      const names = new Set<string>();
      for (const key of files.keys()) {
        if (!key.startsWith(`${folder}/`)) continue;
        const [name, ...rest] = key.slice(folder.length + 1).split("/");
        names.add(rest.length > 0 ? `${name}/` : (name as string));
      }
      return Promise.resolve([...names].sort());
    },
  };
}

/**
 * A file kept as numbered chunks of equal size, so that a broken download goes on where it stopped,
 * and nothing is ever copied: the whole is a Blob over the chunks.
 */
export interface ChunkedFile {
  /** Bytes kept so far. */
  readonly size: number;
  /** False once the disk refused a chunk: from there on chunks live in memory. */
  readonly isPersistent: boolean;
  append(data: Uint8Array<ArrayBuffer>): Promise<void>;
  /** Writes the last, shorter chunk. */
  flush(): Promise<void>;
  /** SHA-256 of everything appended, in hexadecimal. */
  digest(): string;
  toBlob(): Blob;
}

/** Chunks of `path` that lie complete in the store, in order. */
async function readChunks(store: BlobStore, path: string): Promise<File[]> {
  const chunks: File[] = [];
  for (;;) {
    const chunk = await store.read(`${path}/${chunks.length}`);
    if (chunk?.size !== CHUNK_BYTES) return chunks;
    chunks.push(chunk);
  }
}

/**
 * Opens a file for appending; chunks of an earlier attempt are read back and hashed.
 *
 * @param onHashed - told how many bytes of the earlier attempt are hashed so far.
 */
export async function openChunkedFile(
  store: BlobStore,
  path: string,
  onHashed?: (bytes: number) => void,
): Promise<ChunkedFile> {
  const hash = sha256.create();
  const chunks: Blob[] = await readChunks(store, path);
  let size = 0;
  for (const chunk of chunks) {
    hash.update(new Uint8Array(await chunk.arrayBuffer()));
    size += chunk.size;
    onHashed?.(size);
  }
  let isPersistent = true;
  let buffer = new Uint8Array(CHUNK_BYTES);
  let filled = 0;

  const keep = async (data: Uint8Array<ArrayBuffer>): Promise<void> => {
    const chunkPath = `${path}/${chunks.length}`;
    if (isPersistent) {
      try {
        await store.write(chunkPath, data);
        chunks.push((await store.read(chunkPath)) ?? new Blob([data]));
        return;
      } catch (error) {
        if (!hasCode(error, "storage-quota")) throw error;
        isPersistent = false;
      }
    }
    chunks.push(new Blob([data]));
  };

  return {
    get size() {
      return size;
    },
    get isPersistent() {
      return isPersistent;
    },
    async append(data) {
      hash.update(data);
      size += data.length;
      for (let at = 0; at < data.length;) {
        const part = data.subarray(at, at + CHUNK_BYTES - filled);
        buffer.set(part, filled);
        filled += part.length;
        at += part.length;
        if (filled < CHUNK_BYTES) continue;
        const full = buffer;
        buffer = new Uint8Array(CHUNK_BYTES);
        filled = 0;
        await keep(full);
      }
    },
    async flush() {
      if (filled > 0) await keep(buffer.slice(0, filled));
      filled = 0;
    },
    digest: () => bytesToHex(hash.clone().digest()),
    toBlob: () => new Blob(chunks),
  };
}
