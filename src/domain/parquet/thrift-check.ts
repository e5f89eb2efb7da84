/** Type codes of Thrift's compact protocol. */
const T = { stop: 0, true: 1, false: 2, byte: 3, i16: 4, i32: 5, i64: 6, double: 7 } as const;
const BINARY = 8;
const LIST = 9;
const STRUCT = 12;

/** Parquet's own structures nest 6 deep (file → row group → column → statistics → …). */
const MAX_DEPTH = 24;

/**
 * Walks one Thrift compact structure without building anything, and returns the offset behind it.
 * A decoder that trusts the lengths written in the file can be made to reserve gigabytes with a few
 * bytes; after this check every length is covered by bytes that are there.
 *
 * Source: Apache Thrift compact protocol specification.
 *
 * @throws {Error} when the structure does not end within the bytes, nests too deep or claims a list
 *   longer than the rest of the bytes.
 */
export function checkThrift(bytes: Uint8Array, offset: number): number {
  const walk = new Walk(bytes, offset);
  walk.struct(0);
  return walk.at;
}

class Walk {
  at: number;
  readonly #bytes: Uint8Array;

  constructor(bytes: Uint8Array, at: number) {
    this.#bytes = bytes;
    this.at = at;
  }

  #byte(): number {
    const byte = this.#bytes[this.at++];
    if (byte === undefined) throw new Error("its metadata ends too early");
    return byte;
  }

  #skip(count: number): void {
    if (count > this.#bytes.length - this.at) throw new Error("its metadata ends too early");
    this.at += count;
  }

  // As an unsigned number; beyond 2^53 the value is inexact, which a length never needs.
  #varint(): number {
    let value = 0;
    for (let shift = 0; shift < 10; shift++) {
      const byte = this.#byte();
      value += (byte & 0x7f) * 2 ** (7 * shift);
      if (byte < 0x80) return value;
    }
    throw new Error("a number in its metadata has more than 10 bytes");
  }

  struct(depth: number): void {
    if (depth > MAX_DEPTH) throw new Error("its metadata is nested too deep");
    for (let head = this.#byte(); (head & 0x0f) !== T.stop; head = this.#byte()) {
      if (head >> 4 === 0) this.#varint();
      const type = head & 0x0f;
      if (type !== T.true && type !== T.false) this.#value(type, depth);
    }
  }

  #value(type: number, depth: number): void {
    if (type === T.byte || type === T.true || type === T.false) this.#skip(1);
    else if (type === T.i16 || type === T.i32 || type === T.i64) this.#varint();
    else if (type === T.double) this.#skip(8);
    else if (type === BINARY) this.#skip(this.#varint());
    else if (type === STRUCT) this.struct(depth + 1);
    else if (type === LIST) this.#list(depth + 1);
    else throw new Error(`its metadata has a value of unknown type ${type}`);
  }

  #list(depth: number): void {
    if (depth > MAX_DEPTH) throw new Error("its metadata is nested too deep");
    const head = this.#byte();
    const size = head >> 4 === 15 ? this.#varint() : head >> 4;
    // Every element takes at least one byte.
    if (size > this.#bytes.length - this.at) {
      throw new Error(
        `its metadata claims a list of ${size} in ${this.#bytes.length - this.at} bytes`,
      );
    }
    for (let i = 0; i < size; i++) this.#value(head & 0x0f, depth);
  }
}
