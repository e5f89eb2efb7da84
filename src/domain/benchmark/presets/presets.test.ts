import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { imagePlace, nameInAddress } from "../rows";
import type { RowResult, TableRow } from "../rows";
import { inValidation, lastFifth } from "../split";
import { readCustom, guessMapping } from "./custom";
import { readDemo } from "./demo";
import { readMbeir } from "./fashion200k";
import { readGrocery } from "./grocery";
import { askedProducts, readLuma } from "./luma";
import { parseMbeAttributes, readMbe } from "./mbe";

const rows = (values: readonly unknown[]): RowResult[] =>
  values.map((value, i) => ({ row: i + 1, value: value as TableRow }));

describe("inValidation", () => {
  it("equals the training recipes' rule (values from hashlib)", async () => {
    // python: int.from_bytes(sha256(b"perigee-split:" + key)[:4], "big") / 2**32 < 0.2
    const keys = ["luma:24-MB01", "luma:24-MB04", "luma:ärmel"];
    expect(await Promise.all(keys.map((key) => inValidation(key)))).toEqual([false, true, false]);
  });
});

describe("lastFifth", () => {
  const photos = (n: number) => Array.from({ length: n }, (_, i) => `train/Kiwi_00${i + 1}.webp`);

  it.each([
    [0, []],
    [1, ["train/Kiwi_001.webp"]],
    [4, ["train/Kiwi_004.webp"]],
    [5, ["train/Kiwi_005.webp"]],
    [6, ["train/Kiwi_005.webp", "train/Kiwi_006.webp"]],
  ])("of %d photos holds out the last, at least one where there is one", (n, held) => {
    expect([...lastFifth(photos(n))]).toEqual(held);
    expect(lastFifth(photos(n).reverse())).toEqual(new Set(held));
  });

  it("orders names by code points, as Python's sorted does, and leaves its argument alone", () => {
    // JavaScript's own order puts 🍋 (U+1F34B, two halves from U+D800) before U+FF10.
    const names = ["🍋.webp", "０.webp", "z.webp", "z", "é.webp"];
    expect([...lastFifth(names)]).toEqual(["🍋.webp"]);
    expect(names[0]).toBe("🍋.webp");
    expect([...lastFifth(["z.webp", "z"])]).toEqual(["z.webp"]);
    expect([...lastFifth(["_2", "_10"])]).toEqual(["_2"]);
  });
});

describe("grocery", () => {
  const classes = rows([
    { id: 0, title: "Fuji", coarse: "Apple", description: "Red.", image: "iconic/f.webp" },
    { id: 1, title: "Lemon", coarse: "Lemon", description: "Sour.", image: "../l.webp" },
  ]);

  it("pairs photos with catalogue items and lists bad rows with column and reason", () => {
    const photos = rows([
      { image: "train/a.webp", class_id: 0 },
      { image: "train/b.webp", class_id: 7 },
      { image: "train/c.webp" },
    ]);
    const task = readGrocery({ classes, photos }, "all");
    expect(task.candidates).toEqual([
      { id: "item-0", image: "iconic/f.webp", text: "Fuji. Red.", classes: ["Apple", "Fuji"] },
    ]);
    expect(task.queries.map(({ id }) => id)).toEqual(["train/a.webp", "title-0"]);
    expect(task.problems.map(({ file, row, column }) => [file, row, column])).toEqual([
      ["classes.json", 2, "image"],
      ["train.jsonl", 3, "class_id"],
      ["train.jsonl", 2, "class_id"],
    ]);
  });

  it("holds out the last fifth of every item's photos, whatever the order of the table", () => {
    const items = rows([
      { id: 0, title: "Fuji", coarse: "Apple", image: "iconic/f.webp" },
      { id: 1, title: "Kiwi", coarse: "Kiwi", image: "iconic/k.webp" },
      { id: 2, title: "Lime", coarse: "Lime", image: "iconic/l.webp" },
    ]);
    const counts = { Fuji: 6, Kiwi: 5, Lime: 1 };
    const table = Object.entries(counts).flatMap(([name, n], class_id) =>
      Array.from({ length: n }, (_, i) => ({ image: `train/${name}_00${i + 1}.webp`, class_id })),
    );
    const photos = rows(table.toReversed());
    const images = (split: "all" | "train" | "val") =>
      readGrocery({ classes: items, photos }, split)
        .queries.flatMap(({ image }) => image ?? [])
        .sort();
    expect(images("val")).toEqual([
      "train/Fuji_005.webp",
      "train/Fuji_006.webp",
      "train/Kiwi_005.webp",
      "train/Lime_001.webp",
    ]);
    expect([...images("train"), ...images("val")].sort()).toEqual(images("all"));
    expect(images("all")).toHaveLength(12);
  });
});

describe("luma", () => {
  it("asks with other views for the main photo, and with titles in t→i only", async () => {
    const task = await readLuma(
      rows([
        {
          id: "a",
          title: "Bag",
          categories: [["Gear", "Bags"]],
          attributes: { material: ["Nylon", "Mesh"] },
          images: [
            { file: "a0.webp", view: "alt" },
            { file: "a1.webp", view: "main" },
          ],
        },
      ]),
      "all",
    );
    expect(task.candidates[0]).toMatchObject({ image: "a1.webp", classes: ["Gear", "Bags"] });
    expect(task.queries).toMatchObject([
      { id: "a0.webp", relevant: [{ id: "a" }] },
      { text: "Bag", directions: ["t-i"] },
    ]);
  });

  it("of split val keeps the held-out products alone, also those with a single photo", async () => {
    const product = (id: string, files: readonly string[]) => ({
      id,
      title: id,
      images: files.map((file, i) => ({ file, view: i === 0 ? "main" : "alt" })),
    });
    // Held out are 24-MB03 and 24-MB04.
    const table = [
      product("24-MB01", ["a.webp", "b.webp"]),
      product("24-MB03", ["c.webp"]),
      product("24-MB04", ["d.webp", "e.webp"]),
    ];
    const whole = await readLuma(rows(table), "val");
    expect(whole.candidates).toHaveLength(3);
    const { candidates, queries } = askedProducts(whole);
    expect(candidates.map(({ id }) => id)).toEqual(["24-MB03", "24-MB04"]);
    expect(queries).toEqual(whole.queries);
  });
});

describe("mbe", () => {
  it("reads attributes with several values and reports what is not name:value", () => {
    expect(parseMbeAttributes("颜色:红!!!白,,材质:棉,,ratio:1:2,,broken")).toEqual({
      attributes: { 颜色: ["红", "白"], 材质: ["棉"], ratio: ["1:2"] },
      unread: ["broken"],
    });
  });

  it("joins rows of one query, and keeps an address", () => {
    const item = (id: string) => ({
      id,
      doc_title: id,
      doc_image: `https://img.example/x/${id}.jpg?s=1`,
      doc_industry_name: "home",
      doc_cate1_name: "lamps",
      query: "lamp",
    });
    const task = readMbe("mbe.jsonl", rows([item("a"), item("b")]));
    expect(task.candidates[0]).toMatchObject({
      image: "https://img.example/x/a.jpg?s=1",
      classes: ["home", "lamps"],
    });
    expect(task.queries).toHaveLength(1);
    expect(task.queries[0]!.relevant.map(({ id }) => id)).toEqual(["a", "b"]);
  });
});

describe("fashion200k", () => {
  it("takes positives from the query or from qrels, and reports those outside of the pool", () => {
    const task = readMbeir({
      queries: rows([
        { qid: "9:1", query_txt: "red dress", pos_cand_list: ["9:5", "9:6"] },
        { qid: "9:2", query_txt: "hat" },
      ]),
      pool: rows([{ did: "9:5", img_path: "a/b.jpg" }]),
      qrels: new Map([["9:2", new Map([["9:5", 1]])]]),
    });
    expect(task.queries.map(({ relevant }) => relevant.length)).toEqual([1, 1]);
    expect(task.problems).toMatchObject([{ row: 1, column: "pos_cand_list" }]);
  });
});

describe("custom", () => {
  it("guesses columns, and reads graded judgements", () => {
    const mapping = guessMapping(["sku", "Title", "image"], ["qid", "query"]);
    expect(mapping.items).toMatchObject({ id: "sku", text: ["Title"], image: "image" });
    const task = readCustom(
      {
        items: rows([{ sku: "s1", Title: "Cap", image: "c.png" }]),
        queries: rows([{ qid: "1", query: "cap" }]),
        qrels: new Map([["1", new Map([["s1", 3]])]]),
      },
      mapping,
    );
    expect(task.queries).toEqual([
      { id: "1", text: "cap", classes: [], relevant: [{ id: "s1", gain: 3 }] },
    ]);
  });
});

const COLUMNS =
  "id title description coarse image class_id categories attributes images views text purchased clicked doc_title doc_image relevance doc_attributes query query_id qid did query_txt pos_cand_list relevant".split(
    " ",
  );

describe("hostile rows", () => {
  const anyRows = fc.array(
    fc.oneof(fc.object(), fc.dictionary(fc.constantFrom(...COLUMNS), fc.anything())),
    { maxLength: 6 },
  );

  it("never throw, whatever the rows hold", async () => {
    await fc.assert(
      fc.asyncProperty(anyRows, anyRows, async (first, second) => {
        const mapping = guessMapping(["id", "title"], ["qid", "text", "relevant"]);
        readDemo({ products: rows(first), queries: rows(second) });
        readMbe("x", rows(first));
        readMbeir({ queries: rows(first), pool: rows(second) });
        readCustom({ items: rows(first), queries: rows(second) }, mapping);
        await readLuma(rows(first), "val");
        const task = readGrocery({ classes: rows(first), photos: rows(second) }, "all");
        const known = new Set(task.candidates.map(({ id }) => id));
        for (const query of task.queries) expect(known).toContain(query.relevant[0]!.id);
      }),
      { numRuns: 400 },
    );
  });
});

describe("places of images", () => {
  it("are paths inside the folder or https addresses", () => {
    const places = ["a/./b.jpg", "../x.jpg", "http://h/x.jpg", "https://u@h/x.jpg", "file:///x"];
    expect(places.map(imagePlace)).toEqual(["a/b.jpg", ...Array(4).fill(undefined)]);
    expect(imagePlace(" https://h.example/%E7%BA%A2.jpg?s=1 ")).toBe(
      "https://h.example/%E7%BA%A2.jpg?s=1",
    );
    expect(nameInAddress("https://h.example/x/%E7%BA%A2.jpg?s=1")).toBe("红.jpg");
    expect(nameInAddress("https://h.example/%2e%2e%2fx")).toBeUndefined();
    expect(nameInAddress("https://h.example/")).toBeUndefined();
    expect(nameInAddress("x.jpg")).toBeUndefined();
  });
});
