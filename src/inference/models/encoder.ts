/**
 * Encoders: image, text or both to a vector.
 *
 * Usage: `parseEncoderConfig(json)`, `assertEncoderWeights(config, source)` before the weights are
 * uploaded, then `createEncoder(model, config, lookup)`.
 */
import { z } from "zod";
import type { LoadedModel, WeightSource } from "../engines/engine";
import { chineseClipConfigSchema, clipConfigSchema } from "./clip/config";
import { createDualEncoder } from "./dual-encoder";
import { DUAL_IGNORED, dualSpec, dualWidth } from "./dual-programs";
import { moon2ConfigSchema } from "./idefics3/config";
import type { Encoder, TokenLookup } from "./model-api";
import { createMoon2Encoder, imageMarkup } from "./moon2/encoder";
import { moon2Spec, moon2Width } from "./moon2/programs";
import { parseConfig } from "./parse-config";
import { siglipConfigSchema } from "./siglip/config";
import { assertWeights } from "./weight-spec";

const encoderConfigSchema = z.discriminatedUnion("model_type", [
  moon2ConfigSchema,
  clipConfigSchema,
  siglipConfigSchema,
  chineseClipConfigSchema,
]);
export type EncoderConfig = z.infer<typeof encoderConfigSchema>;

/** @throws AppError `input-invalid` naming the fields that do not fit. */
export function parseEncoderConfig(json: unknown): EncoderConfig {
  return parseConfig(encoderConfigSchema, json);
}

/** @throws AppError `weights-mismatch` listing missing, unused and wrongly shaped tensors. */
export function assertEncoderWeights(
  config: EncoderConfig,
  source: Pick<WeightSource, "names" | "describe">,
): void {
  if (config.model_type === "moon2") assertWeights(moon2Spec(config), source);
  else assertWeights(dualSpec(config), source, DUAL_IGNORED);
}

/** Width of the full vector. */
export function encoderWidth(config: EncoderConfig): number {
  return config.model_type === "moon2" ? moon2Width(config) : dualWidth(config);
}

/**
 * @param model - uploaded weights.
 * @param config - from `parseEncoderConfig`.
 * @param lookup - the tokenizer's vocabulary, for padding and image markup.
 */
export function createEncoder(
  model: LoadedModel,
  config: EncoderConfig,
  lookup: TokenLookup,
): Encoder {
  if (config.model_type === "moon2") return createMoon2Encoder(model, config, imageMarkup(lookup));
  const pad = config.text_config.pad_token_id ?? lookup("[PAD]") ?? lookup("<pad>") ?? 0;
  return createDualEncoder(model, config, pad);
}
