import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { GlobalFonts } from "@napi-rs/canvas";

const LATIN = "Perigee Latin";
const HAN = "Perigee Han";
let registered = false;

/** The font files of npm packages, by the family they are registered as; the first that has a character draws it. */
export function bundledFonts(): readonly { readonly family: string; readonly file: string }[] {
  const require = createRequire(import.meta.url);
  const inter = dirname(require.resolve("@fontsource-variable/inter/package.json"));
  const noto = dirname(require.resolve("@fontsource/noto-sans-sc/package.json"));
  return [
    { family: LATIN, file: join(inter, "files/inter-latin-wght-normal.woff2") },
    { family: HAN, file: join(noto, "files/noto-sans-sc-chinese-simplified-700-normal.woff2") },
  ];
}

/**
 * Registers the bundled fonts once. They have every character that is drawn, so system fonts are never
 * used and pictures match everywhere.
 */
export function registerFonts(): void {
  if (registered) return;
  for (const { family, file } of bundledFonts()) {
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
