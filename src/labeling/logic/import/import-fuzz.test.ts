import { parquetWriteBuffer } from "hyparquet-writer";
import { expect, test } from "vitest";
import { createRng } from "@/shared/lib/rng";
import { zipOf } from "../export/bundle";
import { writeFormat } from "../export/formats";
import { readNative, writeNative } from "../export/native";
import { syntheticProject } from "../synthetic-project";
import {
  creativePairs,
  fileOf,
  FUZZ,
  importFiles,
  linesOf,
  mutate,
  pngBytes,
} from "./import-harness";
import { sourcesOfZip } from "./sources";

test(`${FUZZ} mutations of every kind of file: an issue with a reason or a valid import`, async () => {
  const data = syntheticProject({ judgements: 6, seed: 9, annotators: 1 });
  const records = await creativePairs(data);
  const images = records.slice(0, 3).map(({ image_a }, at) => fileOf(image_a, pngBytes(at)));
  const text = (value: string) => new TextEncoder().encode(value);
  const [studio] = await writeFormat("label-studio", data);
  const native = text(await writeNative(data));
  const parquet = new Uint8Array(
    parquetWriteBuffer({
      columnData: [
        { name: "product_id", data: ["hat", "bag"] },
        { name: "file_name", data: ["a.png", "b.png"] },
      ],
    }),
  );
  const zip = new Uint8Array(
    // An image is stored, a text is deflated.
    await (
      await zipOf([
        { path: "hat/a.png", content: new Blob([pngBytes()]) },
        { path: "hat/notes.csv", content: "product_id,file_name\nhat,a.png\n" },
      ])
    ).arrayBuffer(),
  );
  const tables: [string, Uint8Array][] = [
    ["t.csv", text("product_id,file_name,pv,clk\nhat,a.png,10,2\nhat,b.png,11,3\n")],
    ["t.jsonl", text(linesOf(records.slice(0, 3)))],
    ["t.tsv", text("product\tfile_name\ttitle\nhat\ta.png\t<b>x</b>\nhat\tb.png\ty\n")],
    // CreativeRanking: item_id, image_name, date, pv, clk, without a header.
    ["list.txt", text("77\ta.png\t20200101\t100\t3\n77\tb.png\t20200101\t90\t1\n")],
    [
      "metadata.jsonl",
      text(
        linesOf([{ product_id: "hat", image_a_file_name: "a.png", image_b_file_name: "b.png" }]),
      ),
    ],
    [
      "t.json",
      text(JSON.stringify((JSON.parse(studio!.content as string) as unknown[]).slice(0, 2))),
    ],
    ["t.parquet", parquet],
  ];
  const rng = createRng(17);
  let valid = 0;
  const hasReason = (error: unknown) => expect((error as Error).message.length).toBeGreaterThan(0);
  for (let run = 0; run < FUZZ; run++) {
    for (const [path, bytes] of tables) {
      const files = [...images, fileOf(path, mutate(bytes, rng))];
      await importFiles(files, path).then(({ report }) => {
        expect(report.issues.every(({ reason }) => reason.length > 0)).toBe(true);
        valid++;
      }, hasReason);
    }
    await readNative(new TextDecoder().decode(mutate(native, rng)), "f").then(
      () => valid++,
      hasReason,
    );
    await sourcesOfZip(new Blob([mutate(zip, rng)]), "z").then(async (set) => {
      await Promise.all(set.files.map((file) => file.blob().then(() => undefined, hasReason)));
      await set.close();
      const { report } = await importFiles(set.files);
      expect(report.issues.every(({ reason }) => reason.length > 0)).toBe(true);
      valid++;
    }, hasReason);
  }
  expect(valid).toBeGreaterThan(0);
});
