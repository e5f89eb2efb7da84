import { z } from "zod";
import { AppError } from "@/shared/lib/errors";
import type { GeometryMode } from "./geometry";
import type { ResampleFilter } from "./resample";

/** What happens to an image before the model sees it. Part of every embedding cache key. */
export interface PreprocessConfig {
  readonly width: number;
  readonly height: number;
  readonly mode: GeometryMode;
  /** For `shortest-crop`: the shorter side before cutting. */
  readonly shortestEdge?: number;
  /** Ground of `letterbox`, 0–255. */
  readonly fill: readonly [number, number, number];
  readonly filter: ResampleFilter;
  /** value = (byte · rescale − mean) / std per channel. */
  readonly rescale: number;
  readonly mean: readonly [number, number, number];
  readonly std: readonly [number, number, number];
}

/** Pillow's numbers of its filters, as Hugging Face stores them. */
const FILTER_BY_NUMBER: Readonly<Record<number, ResampleFilter>> = {
  1: "lanczos",
  2: "bilinear",
  3: "bicubic",
  4: "box",
};

const triple = z.tuple([z.number(), z.number(), z.number()]);
const side = z.int().min(1).max(4096);

const schema = z.looseObject({
  size: z.union([
    z.looseObject({ height: side, width: side }),
    z.looseObject({ shortest_edge: side }),
    z.looseObject({ longest_edge: side }),
    side,
  ]),
  crop_size: z.union([z.looseObject({ height: side, width: side }), side]).optional(),
  do_center_crop: z.boolean().optional(),
  do_image_splitting: z.boolean().optional(),
  max_image_size: z.looseObject({ longest_edge: side }).optional(),
  mode: z.enum(["squash", "letterbox"]).optional(),
  fill: z
    .tuple([z.int().min(0).max(255), z.int().min(0).max(255), z.int().min(0).max(255)])
    .optional(),
  resample: z.int().default(3),
  do_rescale: z.boolean().default(true),
  rescale_factor: z
    .number()
    .positive()
    .default(1 / 255),
  do_normalize: z.boolean().default(true),
  image_mean: triple,
  image_std: triple.refine((std) => std.every((value) => value > 0), "image_std must be positive"),
});

type Parsed = z.infer<typeof schema>;

function square(edge: number): { width: number; height: number } {
  return { width: edge, height: edge };
}

function geometryOf(
  config: Parsed,
): Pick<PreprocessConfig, "width" | "height" | "mode"> & { shortestEdge?: number } {
  const { size, crop_size: crop } = config;
  if (typeof size === "object" && "longest_edge" in size) {
    // Idefics3: without tiling, the processor squashes to a square of max_image_size.
    const edge = config.max_image_size?.longest_edge ?? size.longest_edge;
    return { ...square(edge as number), mode: config.mode ?? "squash" };
  }
  if (typeof size === "object" && "height" in size && config.do_center_crop !== true) {
    const { width, height } = size as { width: number; height: number };
    return { width, height, mode: config.mode ?? "squash" };
  }
  const edge =
    typeof size === "number" ? size : "shortest_edge" in size ? size.shortest_edge : size.height;
  const cut = typeof crop === "number" ? square(crop) : (crop ?? square(edge as number));
  const { width, height } = cut as { width: number; height: number };
  return { width, height, mode: "shortest-crop", shortestEdge: edge as number };
}

/**
 * Reads a `preprocessor_config.json` in the layouts of Perigee, CLIP, SigLIP and Idefics3 (the last
 * without image splitting: one square image, as `do_image_splitting: false`).
 *
 * @throws AppError `input-invalid` naming the field.
 */
export function parsePreprocessorConfig(json: unknown): PreprocessConfig {
  const parsed = schema.safeParse(json);
  if (!parsed.success) {
    throw new AppError(
      "input-invalid",
      `preprocessor_config.json: ${z.prettifyError(parsed.error)}`,
    );
  }
  const config = parsed.data;
  const filter = FILTER_BY_NUMBER[config.resample];
  if (filter === undefined) {
    throw new AppError(
      "unsupported",
      `preprocessor_config.json: resample is ${config.resample}; supported are 1 (Lanczos), 2 (bilinear), 3 (bicubic), 4 (box)`,
    );
  }
  return {
    ...geometryOf(config),
    filter,
    fill: config.fill ?? [255, 255, 255],
    rescale: config.do_rescale ? config.rescale_factor : 1,
    mean: config.do_normalize ? config.image_mean : [0, 0, 0],
    std: config.do_normalize ? config.image_std : [1, 1, 1],
  };
}
