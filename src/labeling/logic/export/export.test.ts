import fc from "fast-check";
import { parquetReadObjects } from "hyparquet";
import { compressors } from "hyparquet-compressors";
import Papa from "papaparse";
import { expect, test } from "vitest";
import { creativePairSchema } from "@/domain/creative-pair";
import { flipAnswers } from "@/domain/evaluation-protocol";
import { foldEvents } from "@/domain/labeling/label-state";
import { parseReasoning } from "@/domain/reasoning-text";
import { syntheticProject } from "../synthetic-project";
import { dataCard } from "./data-card";
import { csvIn, decisionRow } from "./decision-rows";
import { FORMAT_IDS, writeFormat } from "./formats";
import { readNative, writeNative } from "./native";
import { filesOf } from "./pieces";
import { eventsOf, exportItems } from "./project-data";
import type { CreativePairRow } from "./row-schemas";

const data = syntheticProject({ judgements: 300, seed: 5 });
const textOf = async (id: (typeof FORMAT_IDS)[number], path: string) => {
  const file = (await writeFormat(id, data)).find((candidate) => candidate.path === path);
  expect(typeof file?.content).toBe("string");
  return file?.content as string;
};
const rowsOf = (text: string) =>
  text
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as Record<string, unknown>);

test("the native export re-imports without loss", async () => {
  const { content, issues } = await readNative(await writeNative(data), "file");
  expect(issues).toEqual([]);
  expect(content.project).toEqual(data.project);
  expect(new Map(content.products.map((one) => [one.id, one]))).toEqual(data.products);
  expect(new Map(content.creatives.map((one) => [one.id, one]))).toEqual(data.creatives);
  expect(content.pairs).toEqual(data.pairs);
  expect(content.events).toEqual(eventsOf(data));
  expect(foldEvents(content.events).inForce).toEqual(data.state.inForce);
});

test("a changed, removed or cut-off event is noticed", async () => {
  const text = await writeNative(data);
  const changed = text.replace('"input":"keyboard"', '"input":"pointer"');
  expect((await readNative(changed, "f")).issues[0]?.reason).toContain("were changed");
  const lines = text.trim().split("\n");
  expect((await readNative(lines.slice(0, -1).join("\n"), "f")).issues[0]?.reason).toContain(
    "cut off",
  );
  const broken = lines.with(5, '{"type":"creative","creative":{"id":7}}').join("\n");
  expect((await readNative(broken, "f")).issues[0]?.row).toBe(6);
});

test("anything else is refused with the reason", async () => {
  await expect(readNative('{"type":"pair"}', "x.jsonl")).rejects.toMatchObject({
    code: "schema-version",
  });
});

const creativePairs = async () =>
  rowsOf(await textOf("creative-pair", "creative-pair.jsonl")) as unknown as CreativePairRow[];

test("CreativePair records are valid, consistent, in both orders and in the selector's format", async () => {
  const records = await creativePairs();
  expect(records.length).toBeGreaterThan(300);
  const byId = new Map(records.map((record) => [record.id, record]));
  for (const record of records) {
    creativePairSchema.parse(record);
    expect(record.protocol?.q10).toBe(record.label);
    const cot = parseReasoning(record.cot ?? "");
    expect(cot).toMatchObject({ isWellFormed: true, label: record.label });
    const twin = byId.get(
      record.id.replace(/-(AB|BA)$/u, (_, order) => (order === "AB" ? "-BA" : "-AB")),
    )!;
    expect(twin.image_a).toBe(record.image_b);
    expect(twin.label).not.toBe(record.label);
    expect(twin.protocol).toEqual(flipAnswers(record.protocol as never));
    expect(twin.split).toBe(record.split);
  }
});

test("no product is in both splits of any training format", async () => {
  const split = (records: readonly { split?: string; product_id?: unknown }[], name: string) =>
    new Set(records.filter((record) => record.split === name).map((r) => r.product_id));
  const records = await creativePairs();
  const [train, test_] = [split(records, "train"), split(records, "test")];
  expect([...train].filter((product) => test_.has(product))).toEqual([]);
  expect(train.size).toBeGreaterThan(0);
  expect(test_.size).toBeGreaterThan(0);
});

test("LLaMA-Factory: as many image marks as images, and a ranking stanza for each file", async () => {
  for (const row of rowsOf(await textOf("llama-factory", "llama-factory/perigee_train.jsonl"))) {
    const { conversations, images } = row as {
      conversations: { value: string }[];
      images: string[];
    };
    expect(conversations[0]!.value.split("<image>").length - 1).toBe(images.length);
  }
  const info = JSON.parse(await textOf("llama-factory", "llama-factory/dataset_info.json")) as {
    perigee_train: { ranking: boolean };
  };
  expect(info.perigee_train.ranking).toBe(true);
});

test("TRL: image parts match the images, and chosen differs from rejected", async () => {
  const rows = rowsOf(await textOf("trl", "trl/preference-train.jsonl"));
  for (const row of rows) {
    const { prompt, images, chosen, rejected } = row as {
      prompt: { content: { type: string }[] }[];
      images: string[];
      chosen: unknown;
      rejected: unknown;
    };
    expect(prompt[0]!.content.filter(({ type }) => type === "image")).toHaveLength(images.length);
    expect(chosen).not.toEqual(rejected);
  }
});

test("ms-swift reward rows put the winner first and carry the strength as margin", async () => {
  const rows = rowsOf(await textOf("ms-swift", "ms-swift/reward-train.jsonl"));
  for (const row of rows) {
    expect((row["images"] as string[])[0]).not.toBe((row["rejected_images"] as string[])[0]);
    expect([1, 2]).toContain(row["margin"]);
  }
});

test("Crowd-Kit keeps sides as shown and leaves out pairs without a winner", async () => {
  const [header, ...lines] = (await textOf("crowd-kit", "crowd-kit/comparisons.csv"))
    .trim()
    .split("\r\n");
  expect(header).toBe("worker,left,right,label");
  const labelled = exportItems(data)
    .map(decisionRow)
    .filter(({ choice }) => choice !== "not_comparable");
  expect(lines).toHaveLength(labelled.length);
  for (const line of lines) {
    const [, left, right, label] = line.split(",");
    expect([left, right]).toContain(label);
  }
});

test("Parquet reads back as the same table, with images as bytes and path", async () => {
  const [file] = await writeFormat("parquet", data, {
    imageBytes: (creative) => Promise.resolve(new TextEncoder().encode(creative.id)),
  });
  const buffer = await (file!.content as Blob).arrayBuffer();
  const rows = (await parquetReadObjects({ file: buffer, compressors, utf8: false })) as {
    pair_id: string;
    image_a: { bytes: Uint8Array; path: string };
    active_ms: number;
  }[];
  const decisions = exportItems(data).map(decisionRow);
  expect(rows).toHaveLength(decisions.length);
  rows.forEach((row, at) => {
    expect(row.pair_id).toBe(decisions[at]!.pair_id);
    expect(row.active_ms).toBe(decisions[at]!.active_ms);
    expect(row.image_a.path).toBe(decisions[at]!.a.file);
    expect(new TextDecoder().decode(row.image_a.bytes)).toBe(decisions[at]!.a.id);
  });
});

test("every format writes something for a project with judgements", async () => {
  for (const id of FORMAT_IDS) {
    const files = await writeFormat(id, data);
    expect(files.length).toBeGreaterThan(0);
    for (const { content } of files) {
      expect(typeof content === "string" ? content.length : content.size).toBeGreaterThan(0);
    }
  }
});

test("the data card counts what is there", () => {
  const card = dataCard(data, exportItems(data), {
    agreement: "α 0.5",
    exportedAt: "2026",
    isHuggingFace: true,
  });
  expect(card).toContain("pretty_name");
  expect(card).toContain(`Events in the log: ${data.state.events.size}`);
});

test("any table comes back from its CSV, short and long cells with quotes and breaks among them", async () => {
  const part = fc.constantFrom('"', '""', ",", "\r\n", "a", "换", "😀", " ");
  const cell = fc.oneof(
    fc.array(part, { maxLength: 6 }),
    fc.array(part, { minLength: 200, maxLength: 400 }),
  );
  const row = fc.tuple(cell, cell, cell).map((cells) => cells.map((parts) => parts.join("")));
  await fc.assert(
    fc.asyncProperty(fc.array(row, { minLength: 1, maxLength: 40 }), async (rows) => {
      const [file] = await filesOf(csvIn("t.csv", ["x", "y", "z"], rows));
      const { data: read } = Papa.parse<string[]>((file!.content as string).slice(0, -2));
      expect(read).toEqual([["x", "y", "z"], ...rows]);
    }),
    { numRuns: 50 },
  );
});
