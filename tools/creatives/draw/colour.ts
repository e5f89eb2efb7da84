/** Colour arithmetic on `#rrggbb` strings, and the palette that names are mapped to. */

export type Rgb = readonly [number, number, number];

/** Named product colours: the picture's hue must be what the word says. */
export const PALETTE = {
  red: "#d5433f",
  orange: "#ef8734",
  yellow: "#f3c73e",
  green: "#4d9c57",
  teal: "#2b9d97",
  blue: "#3c72d2",
  purple: "#7b59c6",
  pink: "#ec8dac",
  brown: "#8a5b3b",
  black: "#2d2f36",
  white: "#f4f2ed",
  gray: "#979fa8",
} as const;

export type ColourName = keyof typeof PALETTE;
export const COLOUR_NAMES = Object.keys(PALETTE) as ColourName[];

/** The three channels, 0–255, of `#rrggbb`. */
export function toRgb(hex: string): Rgb {
  const value = Number.parseInt(hex.slice(1), 16);
  return [(value >> 16) & 255, (value >> 8) & 255, value & 255];
}

/** `#rrggbb` of three channels, rounded and clamped. */
export function toHex(rgb: Rgb): string {
  const part = (v: number) =>
    Math.max(0, Math.min(255, Math.round(v)))
      .toString(16)
      .padStart(2, "0");
  return `#${part(rgb[0])}${part(rgb[1])}${part(rgb[2])}`;
}

/** Linear mix in sRGB: t = 0 gives `from`, t = 1 gives `to`. */
export function mix(from: string, to: string, t: number): string {
  const a = toRgb(from);
  const b = toRgb(to);
  return toHex([a[0] + (b[0] - a[0]) * t, a[1] + (b[1] - a[1]) * t, a[2] + (b[2] - a[2]) * t]);
}

export function lighten(hex: string, t: number): string {
  return mix(hex, "#ffffff", t);
}

export function darken(hex: string, t: number): string {
  return mix(hex, "#15131c", t);
}

/** `rgba()` of a hex colour with the given opacity 0–1. */
export function fade(hex: string, alpha: number): string {
  const [r, g, b] = toRgb(hex);
  return `rgba(${r},${g},${b},${alpha})`;
}

/**
 * Relative luminance, 0 black to 1 white.
 *
 *   L = 0.2126 R + 0.7152 G + 0.0722 B on linearised sRGB
 *
 * Source: WCAG 2.2, "relative luminance".
 */
export function luminance(rgb: Rgb): number {
  const linear = (v: number) => {
    const s = v / 255;
    return s <= 0.04045 ? s / 12.92 : ((s + 0.055) / 1.055) ** 2.4;
  };
  return 0.2126 * linear(rgb[0]) + 0.7152 * linear(rgb[1]) + 0.0722 * linear(rgb[2]);
}

/** WCAG contrast ratio of two luminances, 1 to 21. */
export function contrastRatio(one: number, other: number): number {
  return (Math.max(one, other) + 0.05) / (Math.min(one, other) + 0.05);
}

/** Euclidean distance in sRGB, 0 to about 442; enough to tell product from background. */
export function colourDistance(one: string, other: string): number {
  const a = toRgb(one);
  const b = toRgb(other);
  return Math.hypot(a[0] - b[0], a[1] - b[1], a[2] - b[2]);
}
