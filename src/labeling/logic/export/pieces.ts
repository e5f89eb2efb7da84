/** A file of an export. */
export interface ExportFile {
  readonly path: string;
  readonly content: string | Blob;
}

/**
 * A part of a file: text, or its UTF-8, that goes on where the file ends so far, or a whole binary
 * file. Exports come as pieces, so that no file is ever in memory as one text.
 */
export type Piece = readonly [path: string, content: string | Uint8Array<ArrayBuffer> | Blob];
export type Pieces = Iterable<Piece> | AsyncIterable<Piece>;

/**
 * Lines that are JSON already.
 *
 * @yields the empty file, so that it is there without lines too, then line after line.
 */
export function* linesIn(path: string, lines: Iterable<string>): Generator<Piece> {
  yield [path, ""];
  for (const line of lines) yield [path, `${line}\n`];
}

/** The whole files that pieces make. */
export async function filesOf(pieces: Pieces): Promise<ExportFile[]> {
  const files = new Map<string, string[] | Blob>();
  const decoder = new TextDecoder();
  const take = ([path, content]: Piece) => {
    if (content instanceof Blob) {
      files.set(path, content);
      return;
    }
    const text = typeof content === "string" ? content : decoder.decode(content);
    const known = files.get(path);
    if (Array.isArray(known)) known.push(text);
    else files.set(path, [text]);
  };
  // Waiting for every line would take longer than writing it.
  if (Symbol.iterator in pieces) for (const piece of pieces) take(piece);
  else for await (const piece of pieces) take(piece);
  return [...files].map(([path, content]) => ({
    path,
    content: Array.isArray(content) ? content.join("") : content,
  }));
}

/** Most bytes that UTF-8 needs for a unit of a string's length. */
const MOST_BYTES = 3;
const encoder = new TextEncoder();
const QUOTE = 0x22;

/**
 * Doubles the quotes of buffer[from, to) in place; there is room behind. Byte by byte, since a JSON
 * text has a hundred of them and replacing them in a string takes three times as long.
 *
 * @returns the new end.
 */
function doubleQuotes(buffer: Uint8Array, from: number, to: number): number {
  let quotes = 0;
  for (let at = from; at < to; at++) if (buffer[at] === QUOTE) quotes++;
  const end = to + quotes;
  for (let at = to - 1, free = end - 1; free > at; at--) {
    const byte = buffer[at]!;
    buffer[free--] = byte;
    if (byte === QUOTE) buffer[free--] = QUOTE;
  }
  return end;
}

/** Text as UTF-8, line by line: joined first, one Chinese note would make all of it slow to encode. */
export interface Utf8Buffer {
  readonly add: (text: string) => void;
  /** The text in double quotes, those in it doubled, as CSV has it. */
  readonly addQuoted: (text: string) => void;
  readonly size: () => number;
  /** What was added since the last time. */
  readonly take: () => Uint8Array<ArrayBuffer>;
}

/** @param capacity - bytes to begin with. */
export function createUtf8Buffer(capacity = 1 << 18): Utf8Buffer {
  let buffer = new Uint8Array(capacity);
  let filled = 0;
  function reserve(bytes: number): void {
    const most = filled + bytes;
    if (most <= buffer.length) return;
    const larger = new Uint8Array(Math.max(most, 2 * buffer.length));
    larger.set(buffer.subarray(0, filled));
    buffer = larger;
  }
  const write = (text: string) => encoder.encodeInto(text, buffer.subarray(filled)).written;
  return {
    add(text) {
      reserve(text.length * MOST_BYTES);
      filled += write(text);
    },
    addQuoted(text) {
      // A quote is one byte and becomes two, fewer than the three that are kept for each unit.
      reserve(text.length * MOST_BYTES + 2);
      buffer[filled++] = QUOTE;
      filled = doubleQuotes(buffer, filled, filled + write(text));
      buffer[filled++] = QUOTE;
    },
    size: () => filled,
    take() {
      const bytes = buffer.slice(0, filled);
      filled = 0;
      return bytes;
    },
  };
}
