import { expect, test } from "vitest";
import { readDataSet, type DataFiles } from "./read-data-set";

function filesOf(texts: Readonly<Record<string, string>>): DataFiles {
  return {
    paths: Object.keys(texts),
    open: (path) => Promise.resolve(path in texts ? new Blob([texts[path]!]) : undefined),
  };
}

test("a folder of pictures without a table: every picture is an item of its folder's class", async () => {
  const files = filesOf({
    "caps/a.jpg": "",
    "caps/b.PNG": "",
    "lamps/c.webp": "",
    "notes.txt": "",
  });
  const task = await readDataSet(files, { preset: "custom" });
  expect(task.candidates.map(({ id, image, classes }) => [id, image, classes])).toEqual([
    ["caps/a.jpg", "caps/a.jpg", ["caps"]],
    ["caps/b.PNG", "caps/b.PNG", ["caps"]],
    ["lamps/c.webp", "lamps/c.webp", ["lamps"]],
  ]);
  expect(task.levels).toEqual(["category"]);
});

test("an image folder with metadata: the table says what the pictures are", async () => {
  const rows = [
    { file_name: "0.jpg", text: "red cap", label: "cap" },
    { file_name: "1.jpg", text: "lamp", label: "lamp" },
  ];
  const files = filesOf({
    "train/metadata.jsonl": rows.map((row) => JSON.stringify(row)).join("\n"),
    "train/0.jpg": "",
    "train/1.jpg": "",
  });
  const task = await readDataSet(files, { preset: "custom" });
  expect(task.candidates).toMatchObject([
    { id: "0.jpg", image: "0.jpg", text: "red cap", classes: ["cap"] },
    { id: "1.jpg", image: "1.jpg", text: "lamp", classes: ["lamp"] },
  ]);
});

test("nothing that can be read says so", async () => {
  await expect(readDataSet(filesOf({}), { preset: "custom" })).rejects.toThrow(/items\.jsonl/);
});
