import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { halfToFloat, packedRowWords, packRows, toFloat32 } from "./weight-values";

describe("halfToFloat", () => {
  it.each([
    ["zero", 0x0000, 0],
    ["negative zero", 0x8000, -0],
    ["one", 0x3c00, 1],
    ["the largest", 0x7bff, 65504],
    ["the smallest normal", 0x0400, 2 ** -14],
    ["the smallest", 0x0001, 2 ** -24],
    ["minus two thirds, rounded", 0xb955, -0.66650390625],
    ["infinity", 0x7c00, Infinity],
    ["NaN", 0x7e00, NaN],
  ])("reads %s", (_, bits, value) => {
    expect(halfToFloat(bits)).toBe(value);
  });
});

describe("toFloat32", () => {
  it("reads bytes at an odd offset", () => {
    const source = new Uint8Array(9);
    new DataView(source.buffer).setFloat32(1, 1.5, true);
    new DataView(source.buffer).setFloat32(5, -3, true);
    expect([...toFloat32("F32", source.subarray(1))]).toEqual([1.5, -3]);
    expect(toFloat32("F16", Uint8Array.of(9, 0x00, 0x3c).subarray(1))).toEqual(Float32Array.of(1));
  });

  it("widens bfloat16 exactly", () => {
    const bytes = new Uint8Array(Uint16Array.of(0x3f80, 0xc040, 0x7f7f, 0x0001).buffer);
    const expected = [1, -3, 3.3895313892515355e38, 2 ** -133];
    expect([...toFloat32("BF16", bytes)]).toEqual(expected);
  });

  it("scales signed bytes by row", () => {
    const bytes = Uint8Array.of(1, 255, 127, 129);
    expect([...toFloat32("I8", bytes, Float32Array.of(2, 0.5))]).toEqual([2, -2, 63.5, -63.5]);
  });

  it("refuses bytes that do not divide into rows", () => {
    expect(() => toFloat32("I8", new Uint8Array(5), Float32Array.of(1, 1))).toThrow(
      /scale per row/,
    );
    expect(() => toFloat32("I8", new Uint8Array(5))).toThrow(/scale per row/);
  });
});

describe("packRows", () => {
  it("keeps every element and pads rows with zeros", () => {
    const sizes = fc.record({
      rows: fc.integer({ min: 1, max: 5 }),
      columns: fc.integer({ min: 1, max: 9 }),
    });
    fc.assert(
      fc.property(
        sizes,
        fc.constantFrom("F16" as const, "I8" as const),
        ({ rows, columns }, dtype) => {
          const size = dtype === "F16" ? 2 : 1;
          const bytes = Uint8Array.from({ length: rows * columns * size }, (_, index) => index + 1);
          const stride = packedRowWords(dtype, columns) * 4;
          const packed = new Uint8Array(packRows(dtype, bytes, rows, columns).buffer);
          expect(packed.length).toBe(rows * stride);
          for (let row = 0; row < rows; row += 1) {
            const stored = packed.slice(row * stride, (row + 1) * stride);
            const rowBytes = bytes.slice(row * columns * size, (row + 1) * columns * size);
            expect(stored.slice(0, rowBytes.length)).toEqual(rowBytes);
            expect(stored.slice(rowBytes.length).every((byte) => byte === 0)).toBe(true);
          }
        },
      ),
    );
  });
});
