import { expect, test } from "vitest";
import { createFakeClient } from "@/inference/client/fake-client";
import { AppError } from "@/shared/lib/errors";
import { createGalleries } from "./client-gallery";

const DIMENSION = 64;
const SIZE = 8192;

/** A worker that names galleries 1, 2, 3 … and forgets them all when `restart` is called. */
function createWorker() {
  const held = new Set<number>();
  let next = 1;
  const client = createFakeClient({
    "search/open": () => {
      held.add(next);
      return { gallery: next++ };
    },
    "search/close": ({ gallery }) => {
      held.delete(gallery);
      return undefined;
    },
    "search/top-k": ({ gallery }) => {
      if (!held.has(gallery)) throw new AppError("protocol", "not open");
      return { indices: Int32Array.of(gallery), scores: Float32Array.of(1) };
    },
  });
  return { client, held, restart: () => held.clear() };
}

const source = {
  size: SIZE,
  dimension: DIMENSION,
  read: () => new Float32Array(SIZE * DIMENSION),
};
const query = new Float32Array(DIMENSION);

test("large galleries live in the worker, at most three at once, and open again when asked", async () => {
  const { client, held, restart } = createWorker();
  const open = createGalleries(client);
  const galleries = [open(source), open(source), open(source), open(source)];
  for (const gallery of galleries) await gallery.top(query, 1);
  await expect.poll(() => [...held]).toEqual([2, 3, 4]);
  expect([...(await galleries[0]!.top(query, 1)).indices]).toEqual([5]);
  restart();
  expect([...(await galleries[3]!.top(query, 1)).indices]).toEqual([6]);
  galleries[3]!.close();
  await expect.poll(() => held.has(6)).toBe(false);
});

test("small ones are ranked here, without the worker", async () => {
  const { client } = createWorker();
  const small = createGalleries(client)({
    size: 2,
    dimension: 1,
    read: () => Float32Array.of(1, 2),
  });
  expect([...(await small.top(Float32Array.of(1), 1)).indices]).toEqual([1]);
  expect(client.calls).toEqual([]);
});
