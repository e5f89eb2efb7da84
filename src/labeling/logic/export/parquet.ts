import type { SchemaElement } from "hyparquet";
import { decisionRows, flatColumns, flatRow, ownColumns } from "./decision-rows";
import type { FormatOptions } from "./formats";
import type { ProjectData } from "./project-data";

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

const IMAGES = ["image_a", "image_b"] as const;

/** Decisions as Parquet; with images when their bytes can be read. */
export async function parquetOf(data: ProjectData, options: FormatOptions): Promise<Blob> {
  const { parquetWriteBuffer } = await import("hyparquet-writer");
  const decisions = decisionRows(data);
  const columns = flatColumns(data);
  const own = ownColumns(data);
  const rows = decisions.map((row) => flatRow(row, own));
  const withImages = options.imageBytes !== undefined;
  const columnData: { name: string; data: unknown[]; encoding?: "PLAIN" }[] = [];
  const schema: SchemaElement[] = [];
  for (const [at, name] of columns.entries()) {
    const isImage = withImages && (IMAGES as readonly string[]).includes(name);
    if (isImage) {
      const side = name === "image_a" ? "a" : "b";
      const values = await Promise.all(
        decisions.map(async ({ row }) => {
          const creative = data.creatives.get(row[side].id);
          const bytes = creative && (await options.imageBytes?.(creative));
          return { bytes: bytes ?? null, path: row[side].file };
        }),
      );
      columnData.push({ name, data: values });
      schema.push(...imageElements(name));
    } else {
      const values = rows.map((row) => row[at] ?? null);
      // Every judgement is another one: looking for repeats would only take time.
      columnData.push({ name, data: values, ...(name === "perigee" ? { encoding: "PLAIN" } : {}) });
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
