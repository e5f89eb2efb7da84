import type { CompressionCodec } from "hyparquet";
import { messageOf } from "@/shared/lib/errors";
import { checkDelta, checkRuns } from "./run-length-check";
import { checkThrift } from "./thrift-check";

/** What the check needs of a page header; the names are those of the format. */
export interface PageHeader {
  readonly type?: string;
  readonly uncompressed_page_size: number;
  readonly compressed_page_size: number;
  readonly data_page_header?: { readonly num_values: number; readonly encoding: string };
  readonly dictionary_page_header?: { readonly num_values: number };
  readonly data_page_header_v2?: {
    readonly num_values: number;
    readonly num_nulls: number;
    readonly num_rows: number;
    readonly encoding: string;
    readonly definition_levels_byte_length: number;
    readonly repetition_levels_byte_length: number;
    readonly is_compressed?: boolean;
  };
}

/** One column of one row group. */
export interface ChunkShape {
  /** Column path, for messages. */
  readonly name: string;
  readonly type: string;
  readonly codec: CompressionCodec;
  readonly values: number;
  readonly maxDefinition: number;
  readonly maxRepetition: number;
  /** Neither nested nor repeated: then decoding stops once the group's rows are there. */
  readonly isFlat: boolean;
  readonly rows: number;
}

export interface PageTools {
  readonly header: (reader: { view: DataView; offset: number }) => PageHeader;
  readonly decompress: (bytes: Uint8Array, size: number, codec: CompressionCodec) => Uint8Array;
  /** Decodes a DELTA_BINARY_PACKED stream whose head was checked; returns the offset behind it. */
  readonly unpackDelta: (page: Uint8Array, at: number, out: Int32Array) => number;
}

/** Uncompressed bytes of one column in one row group; PyArrow's and DuckDB's groups are far below. */
const MAX_CHUNK_BYTES = 1_000_000_000;

const DICTIONARY = new Set(["PLAIN_DICTIONARY", "RLE_DICTIONARY"]);
const VALUES = "number of values in a page";
const LEVELS = "length of a page's levels";
const bitsOf = (level: number) => 32 - Math.clz32(level);

function countIn(value: number, max: number, what: string): number {
  if (!Number.isInteger(value) || value < 0 || value > max) {
    throw new Error(`${what} is ${value}, expected 0 to ${max}`);
  }
  return value;
}

/**
 * Checks every page of a column chunk before a decoder that trusts the file sees it: sizes within
 * the bytes, value counts within the column's, runs within the page. The work is bounded by the
 * uncompressed size, which is bounded itself.
 *
 * @throws {Error} with the column's name and what is wrong.
 */
export function checkChunk(bytes: Uint8Array, chunk: ChunkShape, tools: PageTools): void {
  try {
    checkPages(bytes, chunk, tools);
  } catch (error) {
    throw new Error(`column ${chunk.name}: ${messageOf(error)}`, { cause: error });
  }
}

function checkPages(bytes: Uint8Array, chunk: ChunkShape, tools: PageTools): void {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let values = 0;
  let unpacked = 0;
  const isDone = () => chunk.isFlat && values >= chunk.rows;
  for (let offset = 0; offset < bytes.length - 1 && !isDone();) {
    checkThrift(bytes, offset);
    const reader = { view, offset };
    const header = tools.header(reader);
    const size = countIn(header.compressed_page_size, bytes.length - reader.offset, "page size");
    const whole = header.uncompressed_page_size;
    unpacked += countIn(whole, MAX_CHUNK_BYTES - unpacked, "unpacked size");
    const content = bytes.subarray(reader.offset, reader.offset + size);
    if (header.type === "DICTIONARY_PAGE") {
      // A value takes at least one bit.
      countIn(header.dictionary_page_header?.num_values ?? 0, whole * 8, "size of its dictionary");
    } else if (header.type === "DATA_PAGE" && header.data_page_header !== undefined) {
      const count = countIn(header.data_page_header.num_values, chunk.values - values, VALUES);
      checkPage(content, header, chunk, tools);
      values += count;
    } else if (header.type === "DATA_PAGE_V2" && header.data_page_header_v2 !== undefined) {
      const count = countIn(header.data_page_header_v2.num_values, chunk.values - values, VALUES);
      checkPageV2(content, header, chunk, tools);
      values += count;
    } else {
      throw new Error("it has a page of a kind that is not read");
    }
    offset = reader.offset + size;
  }
}

// Levels that a page of the first version has in front, each with its length in 4 bytes. Returns the
// offset behind them and how many values stand at the highest level.
function checkLevels(
  page: Uint8Array,
  start: number,
  level: number,
  count: number,
): { at: number; present: number } {
  if (level === 0) return { at: start, present: count };
  if (start + 4 > page.length) throw new Error("a page ends before its levels");
  const length = new DataView(page.buffer, page.byteOffset + start, 4).getUint32(0, true);
  const from = start + 4;
  if (length > page.length - from) throw new Error("a page ends within its levels");
  // Bounded by the page, not by the length: that is how the decoder reads them.
  const present = checkRuns(page, from, bitsOf(level), count, level);
  return { at: from + length, present };
}

function checkPage(
  content: Uint8Array,
  header: PageHeader,
  chunk: ChunkShape,
  tools: PageTools,
): void {
  const { num_values: count, encoding } = header.data_page_header!;
  if (encoding === "PLAIN" && chunk.maxDefinition + chunk.maxRepetition === 0) return;
  const page = tools.decompress(content, header.uncompressed_page_size, chunk.codec);
  const repetition = checkLevels(page, 0, chunk.maxRepetition, count);
  const { at, present } = checkLevels(page, repetition.at, chunk.maxDefinition, count);
  const isBoolean = chunk.type === "BOOLEAN";
  const isIndexed = DICTIONARY.has(encoding) || encoding === "RLE";
  if (isIndexed && isBoolean) checkRuns(page, at + 4, 1, present);
  else if (isIndexed && page[at] !== 0) checkRuns(page, at + 1, page[at] ?? 0, present);
  else if (!isIndexed) checkDeltas(page, at, present, encoding, tools);
}

function checkPageV2(
  content: Uint8Array,
  header: PageHeader,
  chunk: ChunkShape,
  tools: PageTools,
): void {
  const page = header.data_page_header_v2!;
  const all = page.num_values;
  countIn(page.num_rows, all, "number of rows in a page");
  if (chunk.maxRepetition === 0 && page.num_rows !== all) {
    throw new Error(`a page has ${all} values in ${page.num_rows} rows`);
  }
  const present = all - countIn(page.num_nulls, all, "number of nulls");
  const { length } = content;
  const repetition = countIn(page.repetition_levels_byte_length, length, LEVELS);
  const definition = countIn(page.definition_levels_byte_length, length - repetition, LEVELS);
  if (chunk.maxRepetition > 0) checkRuns(content, 0, bitsOf(chunk.maxRepetition), all);
  if (chunk.maxDefinition > 0) checkRuns(content, repetition, bitsOf(chunk.maxDefinition), all);
  if (page.encoding === "PLAIN") return;
  const packed = content.subarray(repetition + definition);
  const size = header.uncompressed_page_size - repetition - definition;
  if (size < 0) throw new Error("a page is shorter than its levels");
  const data = page.is_compressed === false ? packed : tools.decompress(packed, size, chunk.codec);
  if (page.encoding === "RLE") checkRuns(data, 4, 1, present);
  else if (DICTIONARY.has(page.encoding)) checkRuns(data, 1, data[0] ?? 0, present);
  else checkDeltas(data, 0, present, page.encoding, tools);
}

function checkDeltas(
  page: Uint8Array,
  at: number,
  count: number,
  encoding: string,
  { unpackDelta }: PageTools,
): void {
  if (!encoding.startsWith("DELTA_") || count === 0) return;
  checkDelta(page, at);
  if (encoding !== "DELTA_BYTE_ARRAY") return;
  // Texts that share a beginning with the one before: their lengths add up to more than the page.
  const shared = new Int32Array(count);
  const own = new Int32Array(count);
  const next = unpackDelta(page, at, shared);
  checkDelta(page, next);
  unpackDelta(page, next, own);
  let before = 0;
  let total = 0;
  for (let i = 0; i < count; i++) {
    const prefix = countIn(shared[i]!, before, "shared beginning of a text");
    before = prefix + countIn(own[i]!, page.length, "length of a text");
    total += before;
    if (total > MAX_CHUNK_BYTES)
      throw new Error(`its texts have more than ${MAX_CHUNK_BYTES} bytes`);
  }
}
