import type { Clock, IdSource } from "@/shared/lib/ports";

const ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

function base32(value: number, length: number): string {
  let text = "";
  for (let rest = value; text.length < length; rest = Math.floor(rest / 32)) {
    text = (ALPHABET[rest % 32] ?? "0") + text;
  }
  return text;
}

/**
 * ULIDs (48-bit time, 80 random bits, Crockford base 32): ids sort by creation time. Within one
 * millisecond a counter replaces the first random characters, so that order holds there too.
 */
export function createIdSource(clock: Clock, random: (length: number) => Uint8Array): IdSource {
  let lastTime = -1;
  let counter = 0;
  return () => {
    const now = clock.now();
    counter = now > lastTime ? 0 : counter + 1;
    lastTime = Math.max(lastTime, now);
    const tail = Array.from(random(12), (byte) => ALPHABET[byte % 32]).join("");
    return base32(lastTime, 10) + base32(counter, 4) + tail;
  };
}
