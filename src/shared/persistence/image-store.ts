import type { Dexie } from "dexie";
import type { BlobStore } from "./opfs";
import { putInSteps } from "./put-in-steps";

/** An image on its way into the store. */
export interface ImageEntry {
  readonly path: string;
  readonly bytes: Uint8Array<ArrayBuffer>;
}

/** Images by path. A file for each would cost the browser several milliseconds, read or written. */
export interface ImageFiles {
  /** The stored image, or undefined. The bytes stay on disk until they are read. */
  read(path: string): Promise<Blob | undefined>;
  /** Keeps all of them or none; those that are here already are left as they are. */
  write(images: readonly ImageEntry[]): Promise<void>;
}

export interface ImageStore extends ImageFiles {
  /** Runs what adds images and then names them; until it ends, no tab frees any. */
  whileAdding<T>(run: () => Promise<T>): Promise<T>;
  /** Frees the images that no creative names; waits for another time while some are added. */
  freeUnused(): Promise<void>;
}

/** Where an image lies: table `labelImages`. */
interface ImagePlace {
  readonly path: string;
  /** Name of the file that holds it among others. */
  readonly pack: string;
  readonly offset: number;
  readonly size: number;
}

const PACKS = "labeling/packs";
/** Held by all who add images, and alone by the one who frees them, in whatever tab. */
const LOCK = "perigee/label-images";
const TYPES: Readonly<Record<string, string>> = {
  png: "image/png",
  jpg: "image/jpeg",
  webp: "image/webp",
  gif: "image/gif",
  avif: "image/avif",
};

function typeOf(path: string): string {
  return TYPES[path.slice(path.lastIndexOf(".") + 1)] ?? "";
}

/**
 * Keeps many images in one file, and where each lies in the database. A pack is written whole before
 * the database names it and never changes afterwards: a crash in between leaves a file that nothing
 * names, never an image that is not there.
 */
export function createImageStore(database: Dexie, blobs: BlobStore): ImageStore {
  const places = database.table<ImagePlace, string>("labelImages");
  /** Packs do not change, so an open one stays good. */
  const packs = new Map<string, Promise<File | undefined>>();

  function packOf(name: string): Promise<File | undefined> {
    let pack = packs.get(name);
    if (pack === undefined) {
      pack = blobs.read(`${PACKS}/${name}`);
      packs.set(name, pack);
      pack.catch(() => packs.delete(name));
    }
    return pack;
  }
  return {
    async read(path) {
      const place = await places.get(path);
      // Images of an earlier version lie in a file of their own.
      if (place === undefined) return blobs.read(path);
      const pack = await packOf(place.pack);
      return pack?.slice(place.offset, place.offset + place.size, typeOf(path));
    },
    async write(images) {
      const wanted = new Map(images.map(({ path, bytes }) => [path, bytes]));
      const known = await places.bulkGet([...wanted.keys()]);
      for (const place of known) if (place !== undefined) wanted.delete(place.path);
      if (wanted.size === 0) return;
      const pack = crypto.randomUUID();
      await blobs.write(`${PACKS}/${pack}`, new Blob([...wanted.values()]));
      let offset = 0;
      const rows: ImagePlace[] = [];
      for (const [path, { length: size }] of wanted) {
        rows.push({ path, pack, offset, size });
        offset += size;
      }
      await database.transaction("rw", places, () => putInSteps(places, rows));
    },
    whileAdding: (run) => navigator.locks.request(LOCK, { mode: "shared" }, run),
    async freeUnused() {
      await navigator.locks.request(LOCK, { ifAvailable: true }, async (lock) => {
        if (lock === null) return;
        const used = new Set<string>();
        await database
          .table<{ image: { kind: string; path?: string } }>("labelCreatives")
          .each(({ image }) => image.path !== undefined && used.add(image.path));
        const [kept, unused] = [new Set<string>(), [] as string[]];
        await places.each(
          ({ path, pack }) => void (used.has(path) ? kept.add(pack) : unused.push(path)),
        );
        await places.bulkDelete(unused);
        for (const name of await blobs.list(PACKS)) {
          if (kept.has(name)) continue;
          packs.delete(name);
          await blobs.remove(`${PACKS}/${name}`);
        }
      });
    },
  };
}

/** Bytes that are gathered before they are written. */
const PACK_BYTES = 16 << 20;

/** Gathers images into packs. */
export interface ImageBatch {
  /** Takes an image; resolves when there is room for the next one. Failures show in `finish`. */
  readonly add: (path: string, bytes: Uint8Array<ArrayBuffer>) => Promise<void>;
  /** Resolves when everything added so far is on disk. @throws what writing it threw. */
  readonly finish: () => Promise<void>;
}

/** A writer that keeps one pack in memory while the one before it is written. */
export function createImageBatch(store: ImageFiles, packBytes = PACK_BYTES): ImageBatch {
  const taken = new Set<string>();
  let entries: ImageEntry[] = [];
  let gathered = 0;
  let writing: Promise<void> = Promise.resolve();

  function flush(): void {
    const batch = entries;
    entries = [];
    gathered = 0;
    writing = writing.then(() => store.write(batch));
    writing.catch(() => undefined);
  }
  return {
    async add(path, bytes) {
      if (taken.has(path)) return;
      taken.add(path);
      entries.push({ path, bytes });
      gathered += bytes.length;
      if (gathered < packBytes) return;
      const before = writing;
      flush();
      await before.catch(() => undefined);
    },
    async finish() {
      if (entries.length > 0) flush();
      await writing;
    },
  };
}
