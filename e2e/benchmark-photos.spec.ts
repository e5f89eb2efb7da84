/** Real photographs on WebGPU, here a software adapter, which is slow: few of them. */
import { test } from "./fixtures";
import { testPhotos } from "./photos-helpers";

/** A software adapter encodes about one photograph a second on a busy machine. */
test.setTimeout(300_000);

testPhotos("webgpu", { grocery: [8, 1], luma: [6, 2] });
