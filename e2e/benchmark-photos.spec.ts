/** Real photographs on WebGPU, here a software adapter, which is slow: few of them. */
import { test } from "./fixtures";
import { testPhotos } from "./photos-helpers";

/** A software adapter encodes one photograph in a second, on a busy machine in ten. */
test.setTimeout(900_000);

testPhotos("webgpu", { grocery: [6, 1], luma: [4, 2] });
