import type { SchemaElement } from "hyparquet";
import type { ColumnSource } from "hyparquet-writer";
import { flatColumns, flatRows } from "./decision-rows";
import type { FormatOptions } from "./formats";
import { exportItems, imagePath, type ProjectData } from "./project-data";

const NUMBERS: ReadonlySet<string> = new Set(["strength", "active_ms"]);
const FLAGS: ReadonlySet<string> = new Set(["is_repeat"]);

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

/** Every judgement is another one: looking for repeats in their texts would only take time. */
function storageOf(name: string): Pick<ColumnSource, "encoding"> {
  return name === "perigee" ? { encoding: "PLAIN" } : {};
}

/** Decisions as Parquet; with images when their bytes can be read. */
export async function parquetOf(data: ProjectData, options: FormatOptions): Promise<Blob> {
  const { parquetWriteBuffer } = await import("hyparquet-writer");
  const columns = flatColumns(data);
  const values: unknown[][] = columns.map(() => []);
  for (const row of flatRows(data)) row.forEach((cell, at) => values[at]!.push(cell));
  const columnData: ColumnSource[] = [];
  const schema: SchemaElement[] = [];
  for (const [at, name] of columns.entries()) {
    const { imageBytes } = options;
    if (imageBytes !== undefined && (name === "image_a" || name === "image_b")) {
      const withBytes = exportItems(data).map(async (item) => {
        const creative = name === "image_a" ? item.a : item.b;
        return { bytes: (await imageBytes(creative)) ?? null, path: imagePath(creative) };
      });
      columnData.push({ name, data: await Promise.all(withBytes) });
      schema.push(...imageElements(name));
    } else {
      columnData.push({ name, data: values[at]!, ...storageOf(name) });
      schema.push(scalarElement(name));
    }
  }
  const root: SchemaElement = { name: "root", num_children: columns.length };
  const buffer = parquetWriteBuffer({
    columnData,
    schema: [root, ...schema],
    // Smallest and largest texts of a column help no reader of this table.
    statistics: false,
  });
  return new Blob([buffer], { type: "application/vnd.apache.parquet" });
}
