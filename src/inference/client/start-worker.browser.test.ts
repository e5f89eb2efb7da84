import { afterAll, expect, test } from "vitest";
import { startWorker } from "./start-worker";
import { createWorkerClient } from "./worker-client";

const urls = import.meta.glob<string>("../../../tools/fixtures/models/tiny-encoder/1/*", {
  eager: true,
  import: "default",
  query: "?url&no-inline",
});

/** The tiny encoder's files as a folder picker gives them. */
async function encoderFiles(): Promise<File[]> {
  const files = Object.entries(urls).map(async ([path, url]) => {
    const bytes = await (await fetch(url)).arrayBuffer();
    return new File([bytes], path.slice(path.lastIndexOf("/") + 1));
  });
  return await Promise.all(files);
}

const client = createWorkerClient(startWorker);
afterAll(() => client.dispose());

test("a real worker chooses an engine, keeps a model in OPFS, and survives a lost device", async () => {
  const status = await client.call("engine/status", undefined);
  expect(status.engines.filter(({ usable }) => usable)).toHaveLength(1);

  const added = await client.call("models/add", { id: "tiny", files: await encoderFiles() });
  expect(added).toMatchObject({ id: "tiny", cached: true, source: "user" });
  const model = { id: added.id, revision: added.revision };
  const items = [{ text: "a red jacket" }];
  const before = await client.call("encode/batch", { model, items });
  expect(Math.hypot(...before.vectors)).toBeCloseTo(1, 4);

  await client.call("engine/lose-device", undefined);
  const after = await client.call("encode/batch", { model, items });
  for (const [i, value] of before.vectors.entries()) {
    expect(after.vectors[i]).toBeCloseTo(value, 4);
  }
  const rebuilt = await client.call("engine/status", undefined);
  expect(rebuilt.deviceRebuilds).toBe(status.active === "webgpu" ? 1 : 0);
  await client.call("models/remove", model);
  await expect(client.call("models/load", model)).rejects.toMatchObject({ code: "asset-fetch" });
}, 180_000);
