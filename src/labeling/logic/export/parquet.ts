import type { SchemaElement } from "hyparquet";
import type { ByteWriter, ColumnSource } from "hyparquet-writer";
import { flatColumns, flatRows, type FLAT_COLUMNS } from "./decision-rows";
import type { Piece } from "./pieces";
import { imagePath, type ExportItem, type ProjectData } from "./project-data";

/** Bytes of a creative's image, if they can be read. */
export type ImageBytes = (creative: ExportItem["a"]) => Promise<Uint8Array | undefined>;

const NUMBERS: ReadonlySet<string> = new Set(["strength", "active_ms"]);
const FLAGS: ReadonlySet<string> = new Set(["is_repeat"]);
/** Rows of a row group: small enough to leave the memory soon, large enough to compress well. */
const GROUP = 5000;
/** Images are some hundred kilobytes each. */
const GROUP_WITH_IMAGES = 100;

function scalarElement(name: string): SchemaElement {
  const optional = { name, repetition_type: "OPTIONAL" } as const;
  if (NUMBERS.has(name)) return { ...optional, type: "DOUBLE" };
  if (FLAGS.has(name)) return { ...optional, type: "BOOLEAN" };
  return { ...optional, type: "BYTE_ARRAY", converted_type: "UTF8" };
}

/** An image column as Hugging Face and Embedding Atlas show it: a struct of bytes and path. */
function imageElements(name: string): SchemaElement[] {
  return [
    { name, repetition_type: "OPTIONAL", num_children: 2 },
    { name: "bytes", type: "BYTE_ARRAY", repetition_type: "OPTIONAL" },
    { name: "path", type: "BYTE_ARRAY", converted_type: "UTF8", repetition_type: "OPTIONAL" },
  ];
}

/** Texts that hardly ever repeat: looking for repeats in them would only take time. */
const UNIQUE: ReadonlySet<string> = new Set<(typeof FLAT_COLUMNS)[number]>([
  "pair_id",
  "decided_at",
  "perigee",
]);

/** Most bytes that UTF-8 needs for a unit of a string's length. */
const MOST_BYTES = 3;
const encoder = new TextEncoder();

/** Texts as UTF-8, all in one buffer: a buffer for each would take longer than the encoding. */
function encodeAll(texts: readonly string[]): Uint8Array[] {
  const length = texts.reduce((sum, text) => sum + text.length, 0);
  const buffer = new Uint8Array(length * MOST_BYTES);
  let at = 0;
  return texts.map((text) => {
    const { written } = encoder.encodeInto(text, buffer.subarray(at));
    return buffer.subarray(at, (at += written));
  });
}

const isImage = (name: string) => name === "image_a" || name === "image_b";

/** The columns of one row group. */
async function columnsOf(
  names: readonly string[],
  rows: readonly (readonly unknown[])[],
  items: readonly ExportItem[],
  imageBytes: ImageBytes | undefined,
): Promise<ColumnSource[]> {
  return await Promise.all(
    names.map(async (name, at): Promise<ColumnSource> => {
      if (imageBytes === undefined || !isImage(name)) {
        const data = rows.map((row) => row[at]);
        if (UNIQUE.has(name)) return { name, data: encodeAll(data as string[]), encoding: "PLAIN" };
        return { name, data };
      }
      const images = items.map(async (item) => {
        const creative = name === "image_a" ? item.a : item.b;
        return { bytes: (await imageBytes(creative)) ?? null, path: imagePath(creative) };
      });
      return { name, data: await Promise.all(images) };
    }),
  );
}

/** What the writer has written since the last time, out of its buffer. */
function drain(writer: ByteWriter): Uint8Array<ArrayBuffer> {
  const bytes = writer.getBytes().slice();
  writer.index = 0;
  return bytes;
}

/**
 * Decisions as Parquet; with images when their bytes can be read.
 *
 * @yields one file.
 */
export async function* parquetPieces(
  data: ProjectData,
  items: Iterable<ExportItem>,
  imageBytes: ImageBytes | undefined,
): AsyncGenerator<Piece> {
  const { ByteWriter, ParquetWriter } = await import("hyparquet-writer");
  const names = flatColumns(data);
  const hasImages = imageBytes !== undefined;
  const schema: SchemaElement[] = [
    { name: "root", num_children: names.length },
    ...names.flatMap((name) =>
      hasImages && isImage(name) ? imageElements(name) : [scalarElement(name)],
    ),
  ];
  const writer = new ByteWriter();
  // Smallest and largest texts of a column help no reader of this table.
  const parquet = new ParquetWriter({ writer, schema, statistics: false });
  const parts: Uint8Array<ArrayBuffer>[] = [];
  const rowGroupSize = hasImages ? GROUP_WITH_IMAGES : GROUP;
  let group: ExportItem[] = [];
  async function close(): Promise<void> {
    const columnData = await columnsOf(names, [...flatRows(data, group)], group, imageBytes);
    await parquet.write({ columnData, rowGroupSize });
    parts.push(drain(writer));
    group = [];
  }
  for (const item of items) {
    group.push(item);
    if (group.length === rowGroupSize) await close();
  }
  if (group.length > 0) await close();
  await parquet.finish();
  parts.push(drain(writer));
  yield ["decisions.parquet", new Blob(parts, { type: "application/vnd.apache.parquet" })];
}
