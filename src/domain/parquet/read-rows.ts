import type { FileMetaData, RowGroup, SchemaElement } from "hyparquet";
import type { ByteSource } from "./decoder";
import { checkChunk, type PageTools } from "./page-check";
import { checkThrift } from "./thrift-check";

const MAX_FOOTER_BYTES = 64_000_000;
/** Values of one column in one row group; lists count each element. */
const MAX_VALUES = 200_000_000;
const FIRST_ROWS = 5000;
const MOST_ROWS = 320_000;

/** Types that expand into structures of any size and that no table here uses. */
const UNREAD = new Set(["VARIANT", "GEOMETRY", "GEOGRAPHY"]);

async function checkFooter(file: ByteSource): Promise<void> {
  const tail = new DataView(await file.slice(Math.max(0, file.byteLength - 8), file.byteLength));
  const size = tail.byteLength < 8 ? Number.NaN : tail.getUint32(0, true);
  if (!(size <= Math.min(MAX_FOOTER_BYTES, file.byteLength - 8))) {
    throw new Error(`its footer claims ${size} bytes, the file has ${file.byteLength}`);
  }
  const end = file.byteLength - 8;
  checkThrift(new Uint8Array(await file.slice(end - size, end)), 0);
}

/** Levels of a column: how often its path is optional or repeated. */
function levelsOf(schema: readonly SchemaElement[], path: readonly string[]) {
  let maxDefinition = 0;
  let maxRepetition = 0;
  let parent = 0;
  for (const name of path) {
    const at = childNamed(schema, parent, name);
    if (at === undefined) throw new Error(`column ${path.join(".")} is not in its schema`);
    const { repetition_type: kind, logical_type: logical } = schema[at]!;
    if (kind !== "REQUIRED") maxDefinition++;
    if (kind === "REPEATED") maxRepetition++;
    if (logical !== undefined && UNREAD.has(logical.type)) {
      throw new Error(`column ${path.join(".")} is of type ${logical.type}, which is not read`);
    }
    parent = at;
  }
  // The decoder counts a repeated root as well.
  if (schema[0]?.repetition_type === "REPEATED") maxRepetition++;
  const isFlat = path.length === 1 && maxRepetition === 0 && !schema[parent]?.num_children;
  return { maxDefinition, maxRepetition, isFlat };
}

// The schema is a tree in depth-first order. Returns the index of the child, if there is one.
function childNamed(
  schema: readonly SchemaElement[],
  parent: number,
  name: string,
): number | undefined {
  let at = parent + 1;
  for (let left = schema[parent]?.num_children ?? 0; left > 0 && at < schema.length; left--) {
    if (schema[at]!.name === name) return at;
    let open = 1;
    for (; open > 0 && at < schema.length; at++) open += (schema[at]!.num_children ?? 0) - 1;
  }
  return undefined;
}

async function checkGroup(
  file: ByteSource,
  footer: FileMetaData,
  group: RowGroup,
  tools: PageTools,
): Promise<void> {
  const names = new Set<string>();
  for (const { meta_data: meta } of group.columns) {
    if (meta === undefined) throw new Error("a column has no description");
    const name = meta.path_in_schema.join(".");
    // The decoder would leave the second one's errors unheard.
    if (name === "" || names.has(name)) throw new Error(`column "${name}" is there twice`);
    names.add(name);
    const start = Number(meta.dictionary_page_offset || meta.data_page_offset);
    const end = start + Number(meta.total_compressed_size);
    if (!(start >= 4 && end >= start && end <= file.byteLength)) {
      throw new Error(`column ${name} claims bytes ${start} to ${end} of ${file.byteLength}`);
    }
    const values = Number(meta.num_values);
    if (!(values >= 0 && values <= MAX_VALUES)) {
      throw new Error(`column ${name} claims ${values} values, at most ${MAX_VALUES} are read`);
    }
    const { type, codec } = meta;
    const levels = levelsOf(footer.schema, meta.path_in_schema);
    const chunk = { name, type, codec, values, rows: Number(group.num_rows), ...levels };
    checkChunk(new Uint8Array(await file.slice(start, end)), chunk, tools);
  }
}

/**
 * Rows of a Parquet file in pieces. Every length and count in the file is checked against the bytes
 * that are there before the decoder sees it, so that a damaged or hostile file ends with a reason
 * after work bounded by its size.
 *
 * @param blob The whole file.
 * @param options Limits and decoding.
 * @param options.maxRows Files with more rows are refused.
 * @param options.isText Byte columns without a declared type are decoded as text.
 * @yields One object per row, column name → value.
 * @throws {Error} when the file is broken or has more than `maxRows` rows.
 */
export async function* readParquetRows(
  blob: Blob,
  options: { readonly maxRows: number; readonly isText: boolean },
): AsyncGenerator<Record<string, unknown>> {
  const { maxRows, isText } = options;
  const { PAGE_TOOLS, decodeRows, readFooter } = await import("./decoder");
  const file: ByteSource = {
    byteLength: blob.size,
    slice: async (start, end) => await blob.slice(start, end).arrayBuffer(),
  };
  await checkFooter(file);
  const footer = await readFooter(file);
  const counts = footer.row_groups.map((group) => Number(group.num_rows));
  if (counts.some((count) => count < 0)) throw new Error("a row group has less than no rows");
  const total = counts.reduce((sum, count) => sum + count, 0);
  if (total !== Number(footer.num_rows)) {
    throw new Error(`its row groups have ${total} rows, the file claims ${footer.num_rows}`);
  }
  if (total > maxRows) throw new Error(`${total} rows are more than ${maxRows}`);
  let groupStart = 0;
  for (const [i, group] of footer.row_groups.entries()) {
    await checkGroup(file, footer, group, PAGE_TOOLS);
    const groupEnd = groupStart + counts[i]!;
    // Each read decodes the group from its start: growing pieces keep that work linear.
    let rows = FIRST_ROWS;
    for (
      let start = groupStart;
      start < groupEnd;
      start += rows, rows = Math.min(MOST_ROWS, rows * 4)
    ) {
      const end = Math.min(groupEnd, start + rows);
      yield* await decodeRows(file, footer, { start, end, isText });
    }
    groupStart = groupEnd;
  }
}
