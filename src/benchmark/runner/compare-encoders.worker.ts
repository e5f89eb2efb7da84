/** Resampling beside the page: 20 comparisons over 1,000 queries take a second. */
import { compareEncoders, type DirectionValues } from "../logic/significance";

addEventListener("message", ({ data }: MessageEvent<readonly DirectionValues[]>) =>
  postMessage(compareEncoders(data)),
);
