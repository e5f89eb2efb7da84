import { Dexie } from "dexie";
import { afterEach, beforeEach, expect, test } from "vitest";
import { openDatabase } from "./database";
import { createImageBatch, createImageStore } from "./image-store";
import { labelingStores } from "./labeling-tables";
import { createOpfsStore } from "./opfs";

const PACKS = "labeling/packs";
const blobs = createOpfsStore(`test-images-${crypto.randomUUID()}`);
let database: Dexie;

beforeEach(() => {
  database = openDatabase(`test-images-${crypto.randomUUID()}`);
});

afterEach(async () => {
  database.close();
  await database.delete();
  await blobs.remove("labeling");
});

const entry = (name: string, text = name) => ({
  path: `labeling/${name}`,
  bytes: new TextEncoder().encode(text),
});

test("images come back whole with their type, also in a later session", async () => {
  await createImageStore(database, blobs).write([entry("a.png"), entry("b.webp", "longer")]);
  expect(await blobs.list(PACKS)).toHaveLength(1);
  const later = createImageStore(database, blobs);
  const [a, b] = [await later.read("labeling/a.png"), await later.read("labeling/b.webp")];
  expect([await a?.text(), a?.type]).toEqual(["a.png", "image/png"]);
  expect([await b?.text(), b?.type]).toEqual(["longer", "image/webp"]);
  expect(await later.read("labeling/c.png")).toBeUndefined();
});

test("what is here already is not written again", async () => {
  const store = createImageStore(database, blobs);
  await store.write([entry("a.png")]);
  await store.write([entry("a.png", "other"), entry("b.png"), entry("b.png")]);
  await store.write([entry("b.png", "other")]);
  expect(await blobs.list(PACKS)).toHaveLength(2);
  expect(await (await store.read("labeling/a.png"))?.text()).toBe("a.png");
  expect(await (await store.read("labeling/b.png"))?.text()).toBe("b.png");
});

test("a batch fills packs in turn, and finish waits for the last", async () => {
  const store = createImageStore(database, blobs);
  const batch = createImageBatch(store, 10);
  for (let at = 0; at < 9; at++) await batch.add(entry(`${at}.png`).path, entry("1234").bytes);
  await batch.add("labeling/0.png", entry("again").bytes);
  await batch.finish();
  expect(await blobs.list(PACKS)).toHaveLength(3);
  expect(await (await store.read("labeling/8.png"))?.text()).toBe("1234");
});

test("images that no creative names are freed, and none while others are added", async () => {
  const store = createImageStore(database, blobs);
  await store.write([entry("a.png"), entry("b.png")]);
  await store.write([entry("c.png")]);
  const image = { kind: "stored", path: "labeling/a.png" };
  await database.table("labelCreatives").put({ projectId: "p", id: "a", image });
  await store.whileAdding(() => store.freeUnused());
  expect(await database.table("labelImages").count()).toBe(3);
  await store.freeUnused();
  expect(await database.table("labelImages").toCollection().primaryKeys()).toEqual([
    "labeling/a.png",
  ]);
  expect(await blobs.list(PACKS)).toHaveLength(1);
  expect(await (await store.read("labeling/a.png"))?.text()).toBe("a.png");
  expect(await store.read("labeling/c.png")).toBeUndefined();
});

test("a full disk: finish fails, and no image is named that is not there", async () => {
  const full = { ...blobs, write: () => Promise.reject(new Error("full")) };
  const batch = createImageBatch(createImageStore(database, full), 10);
  await batch.add("labeling/a.png", entry("more than ten bytes").bytes);
  await batch.add("labeling/b.png", entry("b").bytes);
  await expect(batch.finish()).rejects.toThrow("full");
  expect(await database.table("labelImages").count()).toBe(0);
});

test("images in files of their own, as version 1 of the database kept them, are still read", async () => {
  const { name } = database;
  await database.delete();
  const first = new Dexie(name);
  first.version(1).stores({ settings: "key", ...labelingStores });
  await first.table("labelProducts").put({ projectId: "p", id: "x", title: "T", queries: [] });
  first.close();
  await blobs.write("labeling/old.png", new Blob(["old"]));
  database = openDatabase(name);
  expect(await database.table("labelProducts").count()).toBe(1);
  const read = await createImageStore(database, blobs).read("labeling/old.png");
  expect(await read?.text()).toBe("old");
});
