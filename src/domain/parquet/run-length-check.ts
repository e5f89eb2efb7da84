/** Unsigned LEB128 of at most 5 bytes, as Parquet's run headers are. */
export function readVarint(bytes: Uint8Array, at: number): { value: number; at: number } {
  let value = 0;
  for (let i = 0; i < 5; i++) {
    const byte = bytes[at + i];
    if (byte === undefined) throw new Error("a page ends in the middle of a number");
    value += (byte & 0x7f) * 2 ** (7 * i);
    if (byte < 0x80) return { value, at: at + i + 1 };
  }
  throw new Error("a page has a number of more than 5 bytes");
}

/** Writers pad the last bit-packed run; real padding stays far below this. */
const PADDING = 4096;

/**
 * Walks a stream in Parquet's RLE / bit-packed hybrid encoding: every run must fit into what is left
 * of `count` values. A run that claims more makes a decoder write values without end. A stream that
 * ends early is left to the decoder, which says so.
 *
 * Source: Apache Parquet, Encodings, "Run Length Encoding / Bit-Packing Hybrid".
 *
 * @param bytes The page, uncompressed.
 * @param start Where the stream begins.
 * @param width Bits per value, 0 to 32.
 * @param count Values of the page.
 * @param wanted Counts the values equal to it (levels of at most 8 bits); without it nothing is counted.
 * @returns How many of the first `count` values equal `wanted`.
 * @throws {Error} when a run is longer than the page's values.
 */
export function checkRuns(
  bytes: Uint8Array,
  start: number,
  width: number,
  count: number,
  wanted?: number,
): number {
  if (width > 32) throw new Error(`a page has values of ${width} bits`);
  let at = start;
  let found = 0;
  for (let seen = 0; seen < count && at < bytes.length;) {
    const header = readVarint(bytes, at);
    at = header.at;
    const isPacked = header.value % 2 === 1;
    const units = Math.floor(header.value / 2);
    const values = isPacked ? units * 8 : units;
    if (values > count - seen + PADDING) {
      throw new Error(`a run of ${values} values stands in a page of ${count}`);
    }
    const inPage = Math.min(values, count - seen);
    if (wanted !== undefined) {
      if (isPacked) found += countPacked(bytes, at, width, inPage, wanted);
      else if (bytes[at] === wanted) found += inPage;
    }
    at += isPacked ? units * width : Math.ceil(width / 8);
    seen += values;
  }
  return found;
}

// Values are packed from the lowest bit of each byte upwards.
function countPacked(
  bytes: Uint8Array,
  at: number,
  width: number,
  count: number,
  wanted: number,
): number {
  let found = 0;
  for (let i = 0; i < count; i++) {
    const bit = i * width;
    const low = bytes[at + (bit >> 3)] ?? 0;
    const high = bytes[at + (bit >> 3) + 1] ?? 0;
    if (((((high << 8) | low) >> (bit & 7)) & ((1 << width) - 1)) === wanted) found++;
  }
  return found;
}

/**
 * Checks the head of a DELTA_BINARY_PACKED stream: block size and miniblocks must divide as the
 * format says, otherwise a decoder steps backwards and never ends.
 *
 * Source: Apache Parquet, Encodings, "Delta Encoding".
 */
export function checkDelta(bytes: Uint8Array, start: number): void {
  const block = readVarint(bytes, start);
  const miniblocks = readVarint(bytes, block.at);
  const perMiniblock = block.value / miniblocks.value;
  if (block.value > 1_048_576 || !(perMiniblock >= 8) || perMiniblock % 8 !== 0) {
    throw new Error(`a page has ${miniblocks.value} delta blocks in ${block.value} values`);
  }
}
