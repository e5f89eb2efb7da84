import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { brotliDecompressSync } from "node:zlib";
import { createCanvas, GlobalFonts } from "@napi-rs/canvas";
import { expect, test } from "vitest";
import { BADGES, CALLS_TO_ACTION, INTERESTS, SMALL_PRINT } from "../plan/words";
import { bundledFonts, fontOf, registerFonts } from "./fonts";

/** Every character that the generator writes on a picture: headlines, buttons, badges, small print, prices. */
const DRAWN = new Set(
  [
    ...Object.values(INTERESTS).flatMap(({ headlines }) => headlines),
    ...CALLS_TO_ACTION,
    ...BADGES,
    ...SMALL_PRINT,
    { en: "$0123456789", zh: "¥" },
  ].flatMap(({ en, zh }) => Array.from(en + zh)),
);

/** The character map of a WOFF 2 font: W3C WOFF 2.0, section 4, of whose known tables it is the first. */
function characterMapOf(font: Buffer): Buffer {
  let at = 48;
  const base128 = () => {
    let value = 0;
    for (;;) {
      const byte = font[at++]!;
      value = value * 128 + (byte & 127);
      if (byte < 128) return value;
    }
  };
  let offset = 0;
  let map: readonly [number, number] | undefined;
  for (let i = font.readUInt16BE(12); i > 0; i--) {
    const flags = font[at++]!;
    const [table, version] = [flags & 63, flags >> 6];
    if (table === 63) at += 4;
    const plain = base128();
    const isGlyphs = table === 10 || table === 11;
    const length = version === (isGlyphs ? 3 : 0) ? plain : base128();
    if (table === 0) map = [offset, offset + length];
    offset += length;
  }
  if (!map) throw new Error("characterMapOf: the font has no cmap table");
  const data = brotliDecompressSync(font.subarray(at, at + font.readUInt32BE(20)));
  return data.subarray(...map);
}

/** The code points below U+10000 that have a glyph: OpenType cmap, format 4. */
function codesOf(map: Buffer): Set<number> {
  const tables = Array.from({ length: map.readUInt16BE(2) }, (_, i) => map.readUInt32BE(8 + 8 * i));
  const at = tables.find((table) => map.readUInt16BE(table) === 4)!;
  const segments = map.readUInt16BE(at + 6) / 2;
  const codes = new Set<number>();
  for (let i = 0; i < segments; i++) {
    const last = map.readUInt16BE(at + 14 + 2 * i);
    const first = map.readUInt16BE(at + 16 + 2 * (segments + i));
    const delta = map.readUInt16BE(at + 16 + 2 * (2 * segments + i));
    const place = at + 16 + 2 * (3 * segments + i);
    const range = map.readUInt16BE(place);
    for (let code = first; code <= last && code < 0xffff; code++) {
      const found = range === 0 ? code : map.readUInt16BE(place + range + 2 * (code - first));
      if (found !== 0 && (found + delta) % 0x10000 !== 0) codes.add(code);
    }
  }
  return codes;
}

function inkOf(text: string, font: string): string {
  const canvas = createCanvas(80, 80);
  const ctx = canvas.getContext("2d");
  ctx.font = font;
  ctx.fillText(text, 8, 64);
  return createHash("sha256").update(canvas.data()).digest("hex");
}

test("every character that is drawn is drawn with the glyph of a bundled font, not with a box", () => {
  registerFonts();
  const fonts = bundledFonts().map(({ family, file }) => {
    // Under a name of its own, the glyph comes from this file alone.
    const alone = `Only ${family}`;
    expect(GlobalFonts.registerFromPath(file, alone)).not.toBeNull();
    return { alone: `700 60px "${alone}"`, codes: codesOf(characterMapOf(readFileSync(file))) };
  });
  const inks = [...DRAWN].map((character) => {
    const font = fonts.find(({ codes }) => codes.has(character.codePointAt(0)!));
    return {
      character,
      ink: inkOf(character, fontOf(60)),
      alone: font && inkOf(character, font.alone),
    };
  });
  expect(inks.filter(({ ink, alone }) => ink !== alone)).toEqual([]);
  expect(inks.length).toBeGreaterThan(100);
  expect(new Set(inks.map(({ ink }) => ink)).size).toBe(inks.length);
  // The check sees what a font lacks: no bundled font is Thai.
  expect(fonts.filter(({ codes }) => codes.has("ก".codePointAt(0)!))).toEqual([]);
});
