import { describe, expect, it } from "vitest";
import { bucketLength, packSequences, stackPixels } from "./image-sequence";

const IMAGE = 9;
const layout = {
  imageTokenId: IMAGE,
  padId: 0,
  perImage: 2,
  imageCount: 2,
  tokens: 6,
  padSide: "left",
} as const;

describe("packSequences", () => {
  it("pads on the left and points image tokens at the right feature rows", () => {
    const packed = packSequences(
      [
        { ids: [5, IMAGE, IMAGE], images: [1] },
        { ids: [1, IMAGE, IMAGE, IMAGE, IMAGE, 3], images: [1, 0] },
      ],
      layout,
    );
    expect([...packed.ids.data]).toEqual([0, 0, 0, 5, 0, 0, 1, 0, 0, 0, 0, 3]);
    expect([...packed.valid.data]).toEqual([0, 0, 0, 1, 1, 1, 1, 1, 1, 1, 1, 1]);
    // Text rows 0 … 11, then image 0 at 12 and 13, image 1 at 14 and 15.
    expect([...packed.source.data]).toEqual([0, 1, 2, 3, 14, 15, 6, 14, 15, 12, 13, 11]);
  });

  it("refuses prompts whose image tokens and images differ", () => {
    expect(() => packSequences([{ ids: [IMAGE], images: [0] }], layout)).toThrow(
      "holds 1 image tokens for 1 images; expected 2",
    );
    expect(() => packSequences([{ ids: [IMAGE, IMAGE], images: [2] }], layout)).toThrow(
      "refers to image 2, but 2 images",
    );
  });
});

describe("bucketLength", () => {
  it("never shortens and gives few sizes", () => {
    const sizes = new Set<number>();
    for (let length = 1; length <= 512; length++) {
      expect(bucketLength(length)).toBeGreaterThanOrEqual(length);
      sizes.add(bucketLength(length));
    }
    expect(sizes.size).toBe(10);
  });
});

it("stackPixels names the image whose size is wrong", () => {
  expect(() => stackPixels([new Float32Array(12), new Float32Array(11)], 2)).toThrow("Image 1");
});
