import { createHash } from "node:crypto";
import { describe, expect, test } from "vitest";
import { AppError } from "@/shared/lib/errors";
import type { Clock } from "@/shared/lib/ports";
import type { BlobStore } from "@/shared/persistence/opfs";
import { CHUNK_BYTES, createMemoryStore } from "./chunked-file";
import { downloadFile, readStoredFile, storeFile, type DownloadContext } from "./download";

const CONTENT = new Uint8Array(CHUNK_BYTES * 2 + 1234);
for (let i = 0; i < CONTENT.length; i++) CONTENT[i] = (i * 31 + (i >> 11)) % 256;
const SHA256 = createHash("sha256").update(CONTENT).digest("hex");
const REQUEST = { url: "https://models.test/w.bin", path: "models/w.bin" };

interface ServerOptions {
  readonly content?: Uint8Array<ArrayBuffer>;
  /** Ends the n-th answer (from 0) after so many bytes, as a broken connection does. */
  readonly breakAfter?: readonly (number | undefined)[];
  readonly hasRanges?: boolean;
  readonly etags?: readonly string[];
  readonly status?: readonly number[];
}

/** A server that records the range asked for in each request. */
function serve(options: ServerOptions = {}): { fetch: typeof fetch; ranges: (string | null)[] } {
  const ranges: (string | null)[] = [];
  const content = options.content ?? CONTENT;
  const answer = (_url: unknown, init?: RequestInit): Promise<Response> => {
    const turn = ranges.length;
    const range = new Headers(init?.headers).get("range");
    ranges.push(range);
    const status = options.status?.[turn];
    if (status !== undefined) return Promise.resolve(new Response(null, { status }));
    const from = options.hasRanges === false ? 0 : Number(/\d+/.exec(range ?? "")?.[0] ?? 0);
    const body = content.subarray(from);
    const breakAfter = options.breakAfter?.[turn];
    const end = breakAfter ?? body.length;
    let at = 0;
    const stream = new ReadableStream<Uint8Array>({
      pull(controller) {
        if (at < end) controller.enqueue(body.subarray(at, Math.min(end, at + 1_000_000)));
        else if (breakAfter === undefined) controller.close();
        else controller.error(new TypeError("connection lost"));
        at += 1_000_000;
      },
    });
    const headers = new Headers({ etag: options.etags?.[turn] ?? '"v1"' });
    if (from > 0)
      headers.set("content-range", `bytes ${from}-${content.length - 1}/${content.length}`);
    else headers.set("content-length", String(content.length));
    return Promise.resolve(new Response(stream, { status: from > 0 ? 206 : 200, headers }));
  };
  return { fetch: answer as typeof fetch, ranges };
}

const instantClock: Clock = { now: () => 0, sleep: () => Promise.resolve() };

function context(server: { fetch: typeof fetch }, store: BlobStore): DownloadContext {
  return { fetch: server.fetch, store, clock: instantClock };
}

async function contentOf(blob: Blob): Promise<boolean> {
  return Buffer.from(await blob.arrayBuffer()).equals(CONTENT);
}

test("loads, checks and keeps a file; the second time nothing is fetched", async () => {
  const server = serve();
  const store = createMemoryStore();
  const request = { ...REQUEST, bytes: CONTENT.length, sha256: SHA256 };
  const seen: number[] = [];
  const onProgress = (done: number): void => void seen.push(done);
  const file = await downloadFile(request, { ...context(server, store), onProgress });
  expect(await contentOf(file.blob)).toBe(true);
  expect(file).toMatchObject({ sha256: SHA256, isPersistent: true });
  expect(seen.at(-1)).toBe(CONTENT.length);
  expect(seen).toEqual([...seen].sort((a, b) => a - b));
  const again = await downloadFile(request, context(server, store));
  expect(await contentOf(again.blob)).toBe(true);
  expect(server.ranges).toEqual([null]);
});

describe("a broken connection", () => {
  test("is resumed by range from where it stopped", async () => {
    const server = serve({ breakAfter: [5_000_000, 9_000_000] });
    const file = await downloadFile(
      { ...REQUEST, sha256: SHA256 },
      context(server, createMemoryStore()),
    );
    expect(await contentOf(file.blob)).toBe(true);
    expect(server.ranges).toHaveLength(3);
    expect(server.ranges[1]).toMatch(/^bytes=[1-9]/);
  });

  test("is resumed in a later session from the chunks on disk", async () => {
    const store = createMemoryStore();
    const broken = serve({
      breakAfter: Array.from({ length: 5 }, (_, i) => (i === 0 ? 12_000_000 : 0)),
    });
    await expect(downloadFile(REQUEST, context(broken, store))).rejects.toMatchObject({
      code: "asset-fetch",
      retryable: true,
    });
    const server = serve();
    const file = await downloadFile({ ...REQUEST, sha256: SHA256 }, context(server, store));
    expect(await contentOf(file.blob)).toBe(true);
    expect(server.ranges).toEqual([`bytes=${CHUNK_BYTES}-`]);
  });

  test("is survived on a server without ranges", async () => {
    const server = serve({ breakAfter: [5_000_000], hasRanges: false });
    const file = await downloadFile(
      { ...REQUEST, sha256: SHA256 },
      context(server, createMemoryStore()),
    );
    expect(await contentOf(file.blob)).toBe(true);
  });
});

test("a file that changed on the server is loaded anew", async () => {
  const store = createMemoryStore();
  const old = serve({
    content: new Uint8Array(CONTENT.length),
    breakAfter: [9_000_000, 0, 0, 0, 0],
  });
  await expect(downloadFile(REQUEST, context(old, store))).rejects.toThrow(/connection lost/);
  const server = serve({ etags: ['"v2"', '"v2"'] });
  const file = await downloadFile({ ...REQUEST, sha256: SHA256 }, context(server, store));
  expect(await contentOf(file.blob)).toBe(true);
});

test("a wrong hash is an asset-integrity error and nothing is kept", async () => {
  const store = createMemoryStore();
  const wrong = { ...REQUEST, sha256: "0".repeat(64) };
  const loading = downloadFile(wrong, context(serve(), store));
  await expect(loading).rejects.toMatchObject({ code: "asset-integrity" });
  await expect(loading).rejects.toThrow(SHA256);
  expect(await store.list("models")).toEqual([]);
});

test("a file longer than announced is refused before it fills the disk", async () => {
  const loading = downloadFile({ ...REQUEST, bytes: 100 }, context(serve(), createMemoryStore()));
  await expect(loading).rejects.toMatchObject({ code: "asset-integrity" });
});

test("each attempt that fails is told, with what is kept", async () => {
  const told: (readonly [number, number | undefined])[] = [];
  const server = serve({ status: [503, 503] });
  await downloadFile(REQUEST, {
    ...context(server, createMemoryStore()),
    onProgress: (done, _total, failed) => {
      if (failed !== undefined) told.push([done, failed]);
    },
  });
  expect(told).toEqual([
    [0, 1],
    [0, 2],
  ]);
});

test("404 is not retried; 503 is", async () => {
  const missing = serve({ status: [404] });
  await expect(downloadFile(REQUEST, context(missing, createMemoryStore()))).rejects.toMatchObject({
    code: "asset-fetch",
    retryable: false,
  });
  expect(missing.ranges).toHaveLength(1);
  const busy = serve({ status: [503, 429] });
  const file = await downloadFile(REQUEST, context(busy, createMemoryStore()));
  expect(await contentOf(file.blob)).toBe(true);
});

test("cancelling rejects with the signal's reason and keeps the chunks", async () => {
  const store = createMemoryStore();
  const abort = new AbortController();
  const server = serve({ breakAfter: [10_000_000] });
  const reason = new Error("enough");
  const clock: Clock = {
    now: () => 0,
    sleep: () => {
      abort.abort(reason);
      return Promise.reject(reason);
    },
  };
  const loading = downloadFile(REQUEST, {
    fetch: server.fetch,
    store,
    clock,
    signal: abort.signal,
  });
  await expect(loading).rejects.toBe(reason);
  expect((await store.read(`${REQUEST.path}/0`))?.size).toBe(CHUNK_BYTES);
});

test("a full disk: the file is complete, in memory, and says so", async () => {
  const disk = createMemoryStore();
  let writes = 0;
  const full: BlobStore = {
    ...disk,
    write(path, data) {
      if (path.endsWith("/1")) {
        writes += 1;
        return Promise.reject(new AppError("storage-quota", "full"));
      }
      return disk.write(path, data);
    },
  };
  const file = await downloadFile({ ...REQUEST, sha256: SHA256 }, context(serve(), full));
  expect(file.isPersistent).toBe(false);
  expect(await contentOf(file.blob)).toBe(true);
  expect(writes).toBe(1);
  expect(await readStoredFile(full, REQUEST.path)).toBeUndefined();
});

test("a stored file with a missing chunk does not count as stored", async () => {
  const store = createMemoryStore();
  await storeFile(new Blob([CONTENT]), "models/w.bin", { store });
  expect((await readStoredFile(store, "models/w.bin"))?.sha256).toBe(SHA256);
  await store.remove("models/w.bin/1");
  expect(await readStoredFile(store, "models/w.bin")).toBeUndefined();
});
