import type { TextPlace } from "./types";

/** Where the headline may stand, in shares of the picture: left, top, width, height. */
export function textBox(place: TextPlace): readonly [number, number, number, number] {
  switch (place) {
    case "top":
      return [0.09, 0.08, 0.82, 0.2];
    case "bottom":
      return [0.09, 0.72, 0.82, 0.2];
    case "left":
      return [0.09, 0.13, 0.35, 0.5];
    case "right":
      return [0.55, 0.13, 0.36, 0.5];
    case "over":
      return [0.08, 0.42, 0.84, 0.22];
  }
}

/** Advance widths in em: bold Latin letters average 0.6, CJK are square. */
export function textWidth(text: string): number {
  let em = 0;
  for (const char of text) em += (char.codePointAt(0) ?? 0) > 0x2e80 ? 1 : char === " " ? 0.3 : 0.6;
  return em;
}

/** The lines and the size (share of the picture's height) that fit the box; at most the wanted size. */
export function fitText(
  text: string,
  box: readonly [number, number, number, number],
  wanted: number,
): { readonly lines: readonly string[]; readonly size: number } {
  if (text === "") return { lines: [], size: 0 };
  const one = Math.min(wanted, box[2] / textWidth(text));
  if (one >= wanted - 1e-9) return { lines: [text], size: wanted };
  const lines = halves(text);
  const widest = Math.max(...lines.map(textWidth));
  const two = Math.min(wanted, box[2] / widest, box[3] / 2.4);
  return two > one ? { lines, size: two } : { lines: [text], size: one };
}

/** Two lines of about equal width, broken at a space, or between two Chinese words. */
function halves(text: string): string[] {
  const breaks: number[] = [];
  for (let i = 1; i < text.length; i++) if (text[i] === " ") breaks.push(i);
  if (breaks.length === 0) breaks.push(Math.ceil(text.length / 2));
  const cost = (i: number) =>
    Math.max(textWidth(text.slice(0, i)), textWidth(text.slice(i).trim()));
  const best = breaks.reduce((low, i) => (cost(i) < cost(low) ? i : low));
  return [text.slice(0, best), text.slice(best).trim()];
}
