import type { Clock } from "@/shared/lib/ports";
import type { BlobStore } from "./opfs";

/** Vectors of one encoder by content key, on disk in shards. */
export interface VectorStore {
  get(key: string): Promise<Float32Array | undefined>;
  /** Waits for the disk when a file is full, or the last write was seconds ago. */
  put(key: string, vector: Float32Array): Promise<void>;
  /** Writes what is still in memory. */
  flush(): Promise<void>;
}

/** Vectors per file. */
const SHARD_ROWS = 128;
/** An unfinished file is written again after this time: what an interrupted run loses at most. */
const UNSAVED_MS = 2000;

interface Shard {
  readonly name: string;
  readonly dimension: number;
  readonly keys: readonly string[];
}

/** u32 length of the head, the head as JSON, then the vectors as float32, all little-endian. */
function writeShard(
  keys: readonly string[],
  vectors: readonly Float32Array[],
): Uint8Array<ArrayBuffer> {
  const dimension = vectors[0]!.length;
  const head = new TextEncoder().encode(JSON.stringify({ version: 1, dimension, keys }));
  const start = Math.ceil((4 + head.length) / 4) * 4;
  const bytes = new Uint8Array(start + vectors.length * dimension * 4);
  new DataView(bytes.buffer).setUint32(0, head.length, true);
  bytes.set(head, 4);
  const values = new Float32Array(bytes.buffer, start);
  for (const [i, vector] of vectors.entries()) values.set(vector, i * dimension);
  return bytes;
}

/** Undefined for a damaged file: its vectors are then made again. */
async function readHead(file: Blob, name: string): Promise<Shard | undefined> {
  try {
    const length = new DataView(await file.slice(0, 4).arrayBuffer()).getUint32(0, true);
    const head = JSON.parse(await file.slice(4, 4 + length).text()) as Shard & { version: number };
    const start = Math.ceil((4 + length) / 4) * 4;
    const isWhole = file.size === start + head.keys.length * head.dimension * 4;
    return head.version === 1 && isWhole
      ? { name, dimension: head.dimension, keys: head.keys }
      : undefined;
  } catch {
    return undefined;
  }
}

async function readVectors(file: Blob, shard: Shard): Promise<Float32Array> {
  const bytes = shard.keys.length * shard.dimension * 4;
  return new Float32Array(await file.slice(file.size - bytes).arrayBuffer());
}

/**
 * Opens the store of one encoder.
 *
 * @param blobs - private storage.
 * @param encoderKey - model revision and preprocessing; another key is another store.
 * @param clock - says when an unfinished file is due.
 */
export async function openVectorStore(
  blobs: BlobStore,
  encoderKey: string,
  clock: Pick<Clock, "now">,
): Promise<VectorStore> {
  // Two tabs may fill files at the same time.
  const own = crypto.randomUUID().slice(0, 8);
  const folder = `vectors/${encoderKey.replaceAll(/[^\w.@-]/gu, "_")}`;
  const places = new Map<string, { readonly shard: Shard; readonly row: number }>();
  let next = 0;
  for (const name of await blobs.list(folder)) {
    next = Math.max(next, 1 + (Number.parseInt(name, 10) || 0));
    const file = await blobs.read(`${folder}/${name}`);
    const shard = file === undefined ? undefined : await readHead(file, name);
    for (const [row, key] of shard?.keys.entries() ?? []) places.set(key, { shard: shard!, row });
  }
  // The last shard read: neighbours in a data set are neighbours on disk.
  let open: { readonly shard: Shard; readonly vectors: Float32Array } | undefined;
  // Those of the file being filled; they stay in memory until it is full.
  const filling = new Map<string, Float32Array>();
  let isDirty = false;
  let savedAt = clock.now();
  let writing: Promise<void> = Promise.resolve();
  const save = async (): Promise<void> => {
    if (!isDirty) return;
    isDirty = false;
    savedAt = clock.now();
    const keys = [...filling.keys()];
    const vectors = [...filling.values()];
    const name = `${String(next).padStart(8, "0")}-${own}.bin`;
    try {
      await blobs.write(`${folder}/${name}`, writeShard(keys, vectors));
    } catch (error) {
      isDirty = true;
      throw error;
    }
    if (keys.length < SHARD_ROWS) return;
    const shard = { name, dimension: vectors[0]!.length, keys };
    for (const [row, key] of keys.entries()) {
      places.set(key, { shard, row });
      filling.delete(key);
    }
    next++;
  };
  /** One write after the other: the same file is written several times while it fills. */
  const flush = (): Promise<void> => {
    const saving = writing.then(save);
    writing = saving.catch(() => undefined);
    return saving;
  };
  return {
    async get(key) {
      const fresh = filling.get(key);
      if (fresh !== undefined) return fresh;
      const place = places.get(key);
      if (place === undefined) return undefined;
      const { shard, row } = place;
      if (open?.shard !== shard) {
        const file = await blobs.read(`${folder}/${shard.name}`);
        if (file === undefined) return undefined;
        open = { shard, vectors: await readVectors(file, shard) };
      }
      return open.vectors.slice(row * shard.dimension, (row + 1) * shard.dimension);
    },
    async put(key, vector) {
      filling.set(key, vector.slice());
      isDirty = true;
      if (filling.size >= SHARD_ROWS || clock.now() - savedAt >= UNSAVED_MS) await flush();
    },
    flush,
  };
}
