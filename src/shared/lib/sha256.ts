const HEX = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, "0"));

/** SHA-256 of some bytes as 64 lower-case hexadecimal digits. */
export async function sha256Hex(data: BufferSource): Promise<string> {
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", data));
  let text = "";
  for (const byte of digest) text += HEX[byte]!;
  return text;
}
