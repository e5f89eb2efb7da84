import { expect, test } from "vitest";
import { openVectorStore } from "./benchmark-vectors";
import type { BlobStore } from "./opfs";

function memoryStore() {
  const files = new Map<string, Blob>();
  const written: string[] = [];
  let isFull = false;
  const store: BlobStore = {
    write(path, data) {
      if (isFull) return Promise.reject(new Error("full"));
      written.push(path);
      files.set(path, new Blob([data as BlobPart]));
      return Promise.resolve();
    },
    read(path) {
      const blob = files.get(path);
      return Promise.resolve(blob === undefined ? undefined : new File([blob], path));
    },
    remove: () => Promise.resolve(),
    list: (folder) =>
      Promise.resolve(
        [...files.keys()]
          .filter((path) => path.startsWith(`${folder}/`))
          .map((path) => path.slice(folder.length + 1))
          .sort(),
      ),
  };
  return { store, files, written, refuse: (refused: boolean) => void (isFull = refused) };
}

const vectorOf = (i: number) => Float32Array.of(i, i / 2, -i);

test("a full file is written at once, an unfinished one after two seconds", async () => {
  const { store, files, written } = memoryStore();
  let now = 0;
  const clock = { now: () => now };
  const vectors = await openVectorStore(store, "m@1", clock);
  for (let i = 0; i < 130; i++) await vectors.put(`k${i}`, vectorOf(i));
  expect(written).toHaveLength(1);
  now = 2000;
  await vectors.put("k130", vectorOf(130));
  now = 4000;
  await vectors.put("k131", vectorOf(131));
  // The unfinished file grew in place.
  expect(written).toHaveLength(3);
  expect(files.size).toBe(2);

  // As after a reload: nothing was flushed by hand.
  const again = await openVectorStore(store, "m@1", clock);
  for (const i of [0, 127, 128, 131]) expect(await again.get(`k${i}`)).toEqual(vectorOf(i));
  expect(await again.get("k132")).toBeUndefined();
});

test("flushing keeps what is waiting; two tabs never write the same file", async () => {
  const { store, files } = memoryStore();
  const clock = { now: () => 0 };
  const [one, two] = [
    await openVectorStore(store, "m@1", clock),
    await openVectorStore(store, "m@1", clock),
  ];
  await one.put("a", vectorOf(1));
  await two.put("b", vectorOf(2));
  await Promise.all([one.flush(), two.flush(), one.flush()]);
  expect(files.size).toBe(2);
  const again = await openVectorStore(store, "m@1", clock);
  expect([await again.get("a"), await again.get("b")]).toEqual([vectorOf(1), vectorOf(2)]);
});

test("after a failed write the next flush tries again; a damaged file is left out", async () => {
  const { store, files, refuse } = memoryStore();
  const vectors = await openVectorStore(store, "m@1", { now: () => 0 });
  await vectors.put("a", vectorOf(1));
  refuse(true);
  await expect(vectors.flush()).rejects.toThrow("full");
  refuse(false);
  await vectors.flush();
  files.set("vectors/m@1/00000009-x.bin", new Blob(["nothing"]));
  const again = await openVectorStore(store, "m@1", { now: () => 0 });
  expect(await again.get("a")).toEqual(vectorOf(1));
});
