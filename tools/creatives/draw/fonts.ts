import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { GlobalFonts } from "@napi-rs/canvas";

const LATIN = "Perigee Latin";
const HAN = "Perigee Han";
let registered = false;

/** Registers the bundled fonts once; system fonts are never used, so pictures match everywhere. */
export function registerFonts(): void {
  if (registered) return;
  const require = createRequire(import.meta.url);
  const inter = dirname(require.resolve("@fontsource-variable/inter/package.json"));
  const noto = dirname(require.resolve("@fontsource/noto-sans-sc/package.json"));
  const files: readonly [string, string][] = [
    [join(inter, "files/inter-latin-wght-normal.woff2"), LATIN],
    [join(noto, "files/noto-sans-sc-chinese-simplified-700-normal.woff2"), HAN],
  ];
  for (const [file, family] of files) {
    if (!GlobalFonts.registerFromPath(file, family)) {
      throw new Error(`registerFonts: ${file} could not be read; run npm install`);
    }
  }
  registered = true;
}

/** A CSS font value for text of this size in pixels. */
export function fontOf(px: number, weight = 700): string {
  return `${weight} ${px.toFixed(2)}px "${LATIN}", "${HAN}"`;
}
