import type { RgbImage } from "./image";

/** The test image of `tools/fixtures/pillow_resize.py`: noise, gradients and edges from integers. */
export function createSyntheticImage(width: number, height: number): RgbImage {
  const data = new Uint8Array(width * height * 3);
  let at = 0;
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      for (let c = 0; c < 3; c++) {
        const choice = ((x >> 4) + (y >> 4)) % 3;
        if (choice === 0) data[at] = x * 7919 + y * 104729 + c * 1299709 + ((x * y) % 251) * 31;
        else if (choice === 1) data[at] = x * 3 + y * 5 + c * 80;
        else data[at] = ((x >> 3) + (y >> 3) + c) % 2 === 0 ? 255 : 0;
        at++;
      }
    }
  }
  return { width, height, data };
}
