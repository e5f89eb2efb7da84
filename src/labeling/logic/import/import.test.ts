import fc from "fast-check";
import { parquetWriteBuffer } from "hyparquet-writer";
import { expect, test } from "vitest";
import type { JudgedEvent, LabelEvent } from "@/domain/labeling/events";
import { foldEvents } from "@/domain/labeling/label-state";
import { judgementsOf } from "@/domain/labeling/judgement";
import { zipOf } from "../export/bundle";
import { writeFormat } from "../export/formats";
import { eventsOf, type ProjectData } from "../export/project-data";
import { createProject } from "../new-project";
import { syntheticProject } from "../synthetic-project";
import { readImageHeader } from "./image-header";
import {
  clock,
  collectingSink,
  creativePairs,
  fileOf,
  importFiles,
  linesOf,
  pngBytes,
} from "./import-harness";
import { cleanText, issuesToCsv, safePath } from "./limits";
import { runImport } from "./run-import";
import { createFileIndex, sourcesOfZip } from "./sources";

test("a folder is grouped by product, equal images are kept once", async () => {
  const { creatives, kept, report } = await importFiles([
    fileOf("hat/a.png", pngBytes(1)),
    fileOf("hat/b.png", pngBytes(2)),
    fileOf("bag/a.png", pngBytes(1)),
    fileOf("bag/notes.md", "not an image"),
  ]);
  expect(report).toMatchObject({ products: 2, creatives: 3, issues: [] });
  expect(kept.size).toBe(2);
  expect(creatives.get("hat/hat/a.png")).toMatchObject({ width: 3, height: 2, productId: "hat" });
});

test("a bad row becomes an issue with its place and never stops the others", async () => {
  const rows = [
    "product_id,title,file_name,pv,clk",
    "hat,Sun hat,a.png,1000,20",
    "hat,Sun hat,b.png,ten,2",
    "hat,Sun hat,../../etc/passwd,10,2",
    "hat,Sun hat,http://elsewhere/x.png,10,2",
    "hat,Sun hat,c.png,10,20",
    "hat,Sun hat,script.png,10,2",
    "hat,a,b,c,d,e,f",
    '"hat","Quoted, with ""marks""\nand a line",d.png,10,2',
  ].join("\n");
  const { report, creatives, products } = await importFiles(
    [
      fileOf("table.csv", rows),
      fileOf("images/a.png", pngBytes(1)),
      fileOf("images/b.png", pngBytes(2)),
      fileOf("images/c.png", pngBytes(3)),
      fileOf("images/d.png", pngBytes(4)),
      fileOf("images/script.png", "<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>"),
    ],
    "table.csv",
  );
  expect(report.issues.map(({ row }) => row ?? 0).sort((x, y) => x - y)).toEqual([
    2, 3, 4, 5, 6, 7,
  ]);
  expect(creatives.size).toBe(2);
  expect(creatives.get("hat/a.png")).toMatchObject({ impressions: 1000, clicks: 20 });
  expect([...products.values()]).toEqual([{ id: "hat", title: "Sun hat", queries: [] }]);
});

test("CreativeRanking lists have no header, and their days add up", async () => {
  const { report, creatives } = await importFiles(
    [
      fileOf("list.txt", "77\ta.png\t20200101\t100\t5\n77\ta.png\t20200102\t200\t7\n"),
      fileOf("a.png", pngBytes()),
    ],
    "list.txt",
  );
  expect(report.issues).toEqual([]);
  expect([...creatives.values()]).toMatchObject([
    { productId: "77", impressions: 300, clicks: 12 },
  ]);
});

test("CreativePair JSONL brings pairs and labels; Label Studio JSON brings the choice", async () => {
  const data = syntheticProject({ judgements: 30, seed: 3, annotators: 1 });
  const records = await creativePairs(data);
  const images = [...new Set(records.flatMap(({ image_a, image_b }) => [image_a, image_b]))];
  const files = images.map((path, at) => fileOf(path, pngBytes(at)));
  const pairs = await importFiles(
    [...files, fileOf("pairs.jsonl", linesOf(records))],
    "pairs.jsonl",
  );
  expect(pairs.report.issues).toEqual([]);
  // Both display orders of a record are one judgement.
  expect(pairs.events).toHaveLength(records.length / 2);
  const judgement = judgementsOf(data.state, data.pairsById).find(({ label }) => label !== "none");
  const { id: _id, project: _project, ...said } = judgement!.event;
  expect(pairs.events[0]).toMatchObject(said);
  const [tasks] = await writeFormat("label-studio", data);
  const studio = await importFiles([...files, fileOf("ls.json", tasks!.content)], "ls.json");
  expect(studio.report.issues).toEqual([]);
  expect(studio.events.length).toBeGreaterThan(20);
});

test("Parquet with images as bytes needs no files beside it", async () => {
  const buffer = parquetWriteBuffer({
    columnData: [
      { name: "product_id", data: ["hat"] },
      { name: "image", data: [{ bytes: pngBytes(), path: "a.png" }] },
    ],
    schema: [
      { name: "root", num_children: 2 },
      {
        name: "product_id",
        type: "BYTE_ARRAY",
        converted_type: "UTF8",
        repetition_type: "OPTIONAL",
      },
      { name: "image", repetition_type: "OPTIONAL", num_children: 2 },
      { name: "bytes", type: "BYTE_ARRAY", repetition_type: "OPTIONAL" },
      { name: "path", type: "BYTE_ARRAY", converted_type: "UTF8", repetition_type: "OPTIONAL" },
    ],
  });
  const { report, creatives } = await importFiles([fileOf("t.parquet", buffer)], "t.parquet");
  expect(report.issues).toEqual([]);
  expect([...creatives.values()]).toMatchObject([{ width: 3, height: 2, name: "a.png" }]);
});

test("cancelling keeps what was read and says so", async () => {
  const controller = new AbortController();
  const out = collectingSink();
  const files = Array.from({ length: 50 }, (_, at) => fileOf(`hat/${at}.png`, pngBytes(at)));
  let reads = 0;
  const counted = files.map((file) => ({
    ...file,
    bytes: () => {
      if (++reads === 10) controller.abort();
      return file.bytes();
    },
  }));
  const report = await runImport(
    {
      project: createProject({ id: "p", title: "P", createdAt: "2026-01-01T00:00:00.000Z" }),
      files: counted,
      grouping: "folder",
      isReferenced: false,
      issues: [],
    },
    {
      clock,
      sink: out.sink,
      nextId: () => "x",
      signal: controller.signal,
      onProgress: () => undefined,
    },
  );
  expect(report.isCancelled).toBe(true);
  expect(out.creatives.size).toBe(report.creatives);
  expect(report.creatives).toBeGreaterThan(0);
  expect(report.creatives).toBeLessThan(50);
});

test("a zip bomb and paths that leave the folder are refused, the rest is read", async () => {
  const zip = await zipOf([
    { path: "hat/a.png", content: new Blob([pngBytes()]) },
    { path: "../evil.png", content: new Blob([pngBytes()]) },
    { path: "bomb.png", content: "0".repeat(5_000_000) },
  ]);
  const set = await sourcesOfZip(zip, "x.zip");
  expect(set.files.map(({ path }) => path)).toEqual(["hat/a.png"]);
  expect(set.issues.map(({ reason }) => reason).join()).toMatch(/leaves its folder.*zip bomb/u);
  await set.close();
  await expect(sourcesOfZip(new Blob(["no zip"]), "y.zip")).rejects.toMatchObject({
    code: "input-invalid",
  });
});

test("paths and texts are made safe", () => {
  expect(safePath("a\\b/./c.png")).toBe("a/b/c.png");
  for (const bad of ["../a", "/etc/x", "C:\\x", "a/../b", "https://x/y", ""]) {
    expect(safePath(bad)).toBeUndefined();
  }
  expect(cleanText("\u202eevil\u0000 <b>")).toBe("evil <b>");
  expect(issuesToCsv([{ source: "=1+1", row: 2, reason: 'a "b"' }])).toContain(
    `"'=1+1",2,"a ""b"""`,
  );
});

test("a file is found by a unique end of its path only", () => {
  const find = createFileIndex([
    fileOf("x/a.png", ""),
    fileOf("y/a.png", ""),
    fileOf("y/b.png", ""),
  ]);
  expect(find("a.png")).toBeUndefined();
  expect(find("y/a.png")?.path).toBe("y/a.png");
  expect(find("other/b.png")?.path).toBe("y/b.png");
});

test("image headers: any bytes give a header or undefined, never an error", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 64 }), fc.constantFrom(0, 1, 2, 3, 4), (bytes, kind) => {
      const heads = [
        [],
        [0x89, 0x50, 0x4e, 0x47],
        [0xff, 0xd8, 0xff],
        [...new TextEncoder().encode("RIFF0000WEBP")],
        [...new TextEncoder().encode("GIF89a")],
      ];
      const data = Uint8Array.from([...heads[kind]!, ...bytes]);
      const header = readImageHeader(data);
      expect(header === undefined || header.type.startsWith("image/")).toBe(true);
    }),
    { numRuns: 2000 },
  );
});

test("answers to the project's own questions stand in rows and CSV, and an edited one wins", async () => {
  const data = syntheticProject({ judgements: 40, seed: 3, annotators: 1 });
  const words = { en: "Own", zh: "自定" };
  const protocol = data.project.protocols[0]!;
  const own = { id: "x1" as const, name: words, text: words, asked: true };
  const project = {
    ...data.project,
    protocols: [{ ...protocol, questions: [...protocol.questions, own] }],
  };
  const events = eventsOf(data).map((event) =>
    event.kind === "judged" && event.answers.q10 !== undefined
      ? { ...event, own: { x1: "A>B" as const } }
      : event,
  );
  const asked: ProjectData = { ...data, project, state: foldEvents(events) };
  const [rows] = await writeFormat("rows", asked);
  const [csv] = await writeFormat("csv", asked);
  expect((csv!.content as string).split("\r\n")[0]).toMatch(/,x1$/u);
  const [first] = judgementsOf(asked.state, asked.pairsById).filter(
    ({ label }) => label !== "none",
  );
  const lines = (rows!.content as string).trim().split("\n");
  const parsed = lines.map((line) => JSON.parse(line) as { own?: object; a: { file: string } });
  expect(parsed.find(({ own: given }) => given !== undefined)?.own).toEqual(first!.own);
  const images = new Set(
    parsed.flatMap((row) => [row.a.file, (row as unknown as { b: { file: string } }).b.file]),
  );
  const files = [...images].map((path, at) => fileOf(path, pngBytes(at)));
  const table = csv!.content as string;
  const back = await importFiles([...files, fileOf("d.csv", table)], "d.csv");
  const ownOf = (event: LabelEvent) => (event as JudgedEvent).own;
  expect(back.events.map(ownOf)).toEqual(
    judgementsOf(asked.state, asked.pairsById).map(({ event }) => event.own),
  );
  // The last column of the first labelled line says something else now.
  const edited = table.replace(/,A([<>])B\r\n/u, (_, sign) => `,A${sign === ">" ? "<" : ">"}B\r\n`);
  expect(edited).not.toBe(table);
  const changed = await importFiles([...files, fileOf("d.csv", edited)], "d.csv");
  const fresh = changed.events.filter((event) => (event as JudgedEvent).input === "import");
  expect(fresh).toHaveLength(1);
  expect(Object.keys(ownOf(fresh[0]!) ?? {})).toEqual(["x1"]);
});
