import { expect, test } from "vitest";
import { createFakeClient } from "@/inference/client/fake-client";
import { createCompareStore } from "./compare-store";

test("a file that cannot be read is named, and the example on the table stays", async () => {
  let id = 0;
  const store = createCompareStore({
    client: createFakeClient({}),
    clock: { now: () => 0, sleep: () => Promise.resolve() },
    ids: () => `id-${id++}`,
  });
  const picture = { name: "a.webp", blob: new Blob(["a"]), origin: "example", url: "blob:a" };
  const example = { creatives: [{ ...picture, id: "a", width: 8, height: 8 }], example: "hats" };
  store.setState({ ...example, title: "Hat" } as never);
  const { addFiles } = store.getState().actions;
  await addFiles([{ name: "notes.txt", blob: new Blob(["no image"], { type: "text/plain" }) }]);
  expect(store.getState()).toMatchObject({ ...example, title: "Hat" });
  expect(store.getState().problems.map(({ name }) => name)).toEqual(["notes.txt"]);
});
