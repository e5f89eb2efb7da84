import { z } from "zod";
import { AppError } from "@/shared/lib/errors";
import type { ModelQuality } from "../protocol/messages";

/** A path segment that cannot leave its folder, in a URL as on disk. */
export const safeSegment = z
  .string()
  .max(120)
  .regex(/^[A-Za-z0-9][A-Za-z0-9._-]*$/, "letters, digits, '.', '_' and '-' only");

const fileEntry = z.looseObject({
  bytes: z.int().nonnegative(),
  sha256: z.string().regex(/^[0-9a-f]{64}$/, "64 hexadecimal digits"),
});

const share = z.number().min(0).max(1);

/**
 * How good a selector was on pairs it was not trained on, as its training recipe measured it. A field
 * that was not measured is left out; the interface then says nothing about it.
 */
const qualitySchema = z.looseObject({
  /** Accuracy over the accuracy of a judge who knows the click model; sampling may carry it above 1. */
  accuracy_of_ceiling: z.number().min(0).max(1.5).optional(),
  /** Share of pairs whose verdict changed with the display order. */
  flip_rate: share.optional(),
  /** Share of stated reasons whose every fact was so. */
  faithfulness: share.optional(),
  /** Which set, e.g. "test". */
  set: z.string().min(1).max(200).optional(),
});

/** What a model folder holds: `manifest.json`. */
export const manifestSchema = z.looseObject({
  id: safeSegment,
  revision: safeSegment,
  task: z.enum(["selector", "encoder"]),
  name: z.string().min(1).max(200),
  architecture: z.string().min(1).max(100),
  licence: z.string().max(200).optional(),
  dimensions: z.array(z.int().positive()).optional(),
  files: z.record(safeSegment, fileEntry),
  created: z.string().optional(),
  quality: qualitySchema.optional(),
});
export type Manifest = z.infer<typeof manifestSchema>;

/** `models/index.json`: which models are shipped. */
export const modelIndexSchema = z.looseObject({
  models: z.array(z.looseObject({ id: safeSegment, revision: safeSegment })),
});

/**
 * Parses and validates a JSON file of a model.
 *
 * @param file - where it came from, for the message.
 * @throws AppError `asset-integrity`: not JSON, or not of this shape, naming the field.
 */
export function parseJsonFile<T>(file: string, text: string, schema: z.ZodType<T>): T {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    throw new AppError("asset-integrity", `${file} is not valid JSON. Check the model's files.`, {
      details: { file },
    });
  }
  const parsed = schema.safeParse(json);
  if (parsed.success) return parsed.data;
  throw new AppError(
    "asset-integrity",
    `${file} is not as expected: ${z.prettifyError(parsed.error)}`,
    { details: { file } },
  );
}

/** Any JSON object. */
export const jsonObject = z.looseObject({});

/** A manifest's measured quality as the page reads it; undefined where none was measured. */
export function qualityOf({ quality }: Manifest): ModelQuality | undefined {
  if (quality === undefined) return undefined;
  const { accuracy_of_ceiling, flip_rate, faithfulness, set } = quality;
  return {
    ...(accuracy_of_ceiling === undefined ? {} : { accuracyOfCeiling: accuracy_of_ceiling }),
    ...(flip_rate === undefined ? {} : { flipRate: flip_rate }),
    ...(faithfulness === undefined ? {} : { faithfulness }),
    ...(set === undefined ? {} : { set }),
  };
}

/** Bytes of all files together. */
export function totalBytes(manifest: Manifest): number {
  return Object.values(manifest.files).reduce((sum, { bytes }) => sum + bytes, 0);
}
