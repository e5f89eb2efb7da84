/**
 * A short name for any text, in base 36: 64 bits by two multiplicative hashes of its UTF-16 units.
 * It keeps ids and file names apart; it protects nothing.
 */
export function shortHash(text: string): string {
  let [low, high] = [0xdeadbeef, 0x41c6ce57];
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    low = Math.imul(low ^ code, 2_654_435_761);
    high = Math.imul(high ^ code, 1_597_334_677);
  }
  return `${(low >>> 0).toString(36)}${(high >>> 0).toString(36)}`;
}
