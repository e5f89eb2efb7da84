import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { npyHeader, readNpy, writeNpy, writeNpyTexts } from "./npy";

/** Written by numpy.save (NumPy 2). */
const BY_NUMPY = {
  "zeros((2, 3), float32)":
    "k05VTVBZAQB2AHsnZGVzY3InOiAnPGY0JywgJ2ZvcnRyYW5fb3JkZXInOiBGYWxzZSwgJ3NoYXBlJzogKDIsIDMpLCB9ICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgIAoAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=",
  "array([1, -2, 3], int32)":
    "k05VTVBZAQB2AHsnZGVzY3InOiAnPGk0JywgJ2ZvcnRyYW5fb3JkZXInOiBGYWxzZSwgJ3NoYXBlJzogKDMsKSwgfSAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgIAoBAAAA/v///wMAAAA=",
  "zeros((0, 256), float32)":
    "k05VTVBZAQB2AHsnZGVzY3InOiAnPGY0JywgJ2ZvcnRyYW5fb3JkZXInOiBGYWxzZSwgJ3NoYXBlJzogKDAsIDI1NiksIH0gICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgIAo=",
  "float32(1.5)":
    "k05VTVBZAQB2AHsnZGVzY3InOiAnPGY0JywgJ2ZvcnRyYW5fb3JkZXInOiBGYWxzZSwgJ3NoYXBlJzogKCksIH0gICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgIAoAAMA/",
} as const;

const FLOAT64 =
  "k05VTVBZAQB2AHsnZGVzY3InOiAnPGY4JywgJ2ZvcnRyYW5fb3JkZXInOiBGYWxzZSwgJ3NoYXBlJzogKDMsKSwgfSAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgIAoAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=";
const FORTRAN =
  "k05VTVBZAQB2AHsnZGVzY3InOiAnPGY0JywgJ2ZvcnRyYW5fb3JkZXInOiBUcnVlLCAnc2hhcGUnOiAoMiwgMiksIH0gICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgIAoAAIA/AACAPwAAgD8AAIA/";

function bytesOf(base64: string): Uint8Array {
  return new Uint8Array(Buffer.from(base64, "base64"));
}

test.each(Object.entries(BY_NUMPY))("reads %s and writes the same bytes", (_name, base64) => {
  const bytes = bytesOf(base64);
  expect(Buffer.from(writeNpy(readNpy(bytes)))).toEqual(Buffer.from(bytes));
});

test("values come back", () => {
  expect([...readNpy(bytesOf(BY_NUMPY["array([1, -2, 3], int32)"])).data]).toEqual([1, -2, 3]);
});

test("reading is the inverse of writing", () => {
  const array = fc.array(fc.integer({ min: 0, max: 4 }), { maxLength: 3 }).chain((shape) => {
    const count = shape.reduce((product, side) => product * side, 1);
    return fc
      .array(fc.float({ noNaN: true }), { minLength: count, maxLength: count })
      .map((data) => ({ dtype: "float32" as const, shape, data: Float32Array.from(data) }));
  });
  fc.assert(
    fc.property(array, (given) => {
      expect(readNpy(writeNpy(given))).toEqual(given);
    }),
  );
});

test("values start at a multiple of 64 bytes, whatever the shape", () => {
  fc.assert(
    fc.property(fc.array(fc.nat(10_000_000), { maxLength: 6 }), (shape) => {
      expect(npyHeader(shape).length % 64).toBe(0);
    }),
  );
});

/** The same file with its element type changed from <f8 to <i8. */
function retyped(bytes: Uint8Array): Uint8Array {
  const out = Uint8Array.from(bytes);
  const at = new TextDecoder("latin1").decode(out).indexOf("<f8");
  out[at + 1] = "i".codePointAt(0)!;
  return out;
}

test("float64 is read as float32", () => {
  expect(readNpy(bytesOf(FLOAT64)).dtype).toBe("float32");
});

describe("refusals", () => {
  test.each([
    [new Uint8Array(5), /not a NumPy file/],
    [retyped(bytesOf(FLOAT64)), /element type is <i8/],
    [bytesOf(FORTRAN), /not in C order/],
    [bytesOf(BY_NUMPY["float32(1.5)"]).subarray(0, 128), /needs 4 bytes of values, found 0/],
    [bytesOf(BY_NUMPY["float32(1.5)"]).subarray(0, 40), /header is cut off/],
  ])("%#", (bytes, message) => {
    expect(() => readNpy(bytes)).toThrow(message);
  });
});

/** numpy.save(numpy.array(["candidate:mm:a", "查询", "x😀y"])), NumPy 2. */
const TEXTS =
  "k05VTVBZAQB2AHsnZGVzY3InOiAnPFUxNCcsICdmb3J0cmFuX29yZGVyJzogRmFsc2UsICdzaGFwZSc6ICgzLCksIH0gICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgIApjAAAAYQAAAG4AAABkAAAAaQAAAGQAAABhAAAAdAAAAGUAAAA6AAAAbQAAAG0AAAA6AAAAYQAAAOVnAADiiwAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAeAAAAAD2AQB5AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=";

test("texts are written as NumPy writes them", () => {
  const bytes = writeNpyTexts(["candidate:mm:a", "查询", "x😀y"]);
  expect(Buffer.from(bytes)).toEqual(Buffer.from(bytesOf(TEXTS)));
});
