/** Image and text towers of CLIP, SigLIP and Chinese-CLIP as programs with one output `vector`. */
import type { Program } from "../engines/engine";
import type { HostTensor } from "../ops/ops";
import { bertTextSpec, runBertText } from "./clip/bert-text";
import type { ChineseClipConfig, ClipConfig } from "./clip/config";
import { clipTextSpec, runClipText } from "./clip/text";
import { clipVisionSpec, runClipVision } from "./clip/vision";
import type { Forward } from "./layers";
import type { SiglipConfig } from "./siglip/config";
import { runSiglipText, siglipTextSpec } from "./siglip/text";
import { runAttentionPooling, runSiglipVision, siglipVisionSpec } from "./siglip/vision";
import type { WeightSpec } from "./weight-spec";

export type DualConfig = ClipConfig | SiglipConfig | ChineseClipConfig;

/** Stored beside the towers; the vectors do not depend on them. */
export const DUAL_IGNORED = ["logit_scale", "logit_bias"] as const;

export function dualSpec(config: DualConfig): WeightSpec {
  switch (config.model_type) {
    case "clip":
      return {
        ...clipVisionSpec(config.vision_config, config.projection_dim),
        ...clipTextSpec(config.text_config, config.projection_dim),
      };
    case "siglip":
      return {
        ...siglipVisionSpec(config.vision_config, "vision_model.", true),
        ...siglipTextSpec(config.text_config, "text_model."),
      };
    case "chinese_clip":
      return {
        ...clipVisionSpec(config.vision_config, config.projection_dim),
        ...bertTextSpec(config.text_config, config.projection_dim),
      };
  }
}

/** Width of the shared space. */
export function dualWidth(config: DualConfig): number {
  return config.model_type === "siglip" ? config.vision_config.hidden_size : config.projection_dim;
}

export function dualImageProgram(config: DualConfig, images: number): Program {
  const { image_size: size } = config.vision_config;
  return {
    name: `image ${images}`,
    inputs: { pixels: { dtype: "float32", shape: [images, size, size, 3] } },
    build: (ops, weights, { pixels }, tap) => ({
      vector: runImage({ ops, weights, tap }, config, pixels!),
    }),
  };
}

function runImage<T>(forward: Forward<T>, config: DualConfig, pixels: T): T {
  if (config.model_type !== "siglip") return runClipVision(forward, config.vision_config, pixels);
  const patches = runSiglipVision(forward, config.vision_config, "vision_model.", pixels);
  return runAttentionPooling(forward, config.vision_config, "vision_model.head.", patches);
}

export function dualTextProgram(config: DualConfig, batch: number, tokens: number): Program {
  const ids = { dtype: "int32", shape: [batch, tokens] } as const;
  const inputs: Program["inputs"] =
    config.model_type === "clip"
      ? { ids, ends: { dtype: "int32", shape: [batch] }, start: { dtype: "int32", shape: [1] } }
      : config.model_type === "siglip"
        ? { ids }
        : { ids, valid: { dtype: "float32", shape: [batch, tokens] } };
  return {
    name: `text ${batch}x${tokens}`,
    family: "text",
    inputs,
    build: (ops, weights, given, tap) => ({
      vector: runText({ ops, weights, tap }, config, given),
    }),
  };
}

function runText<T>(
  forward: Forward<T>,
  config: DualConfig,
  inputs: Readonly<Record<string, T>>,
): T {
  const ids = inputs["ids"]!;
  switch (config.model_type) {
    case "clip":
      return runClipText(forward, config.text_config, ids, inputs["ends"]!, inputs["start"]!);
    case "siglip":
      return runSiglipText(forward, config.text_config, "text_model.", ids);
    case "chinese_clip":
      return runBertText(forward, config.text_config, ids, inputs["valid"]!);
  }
}

/**
 * The inputs of `dualTextProgram`.
 *
 * @param config - which towers.
 * @param texts - token ids with the tokenizer's special tokens, unpadded, at most `tokens` long.
 * @param tokens - padded length S.
 * @param padId - stands after the end of a text.
 */
export function dualTextInputs(
  config: DualConfig,
  texts: readonly (readonly number[])[],
  tokens: number,
  padId: number,
): Record<string, HostTensor> {
  const batch = texts.length;
  const ids = new Int32Array(batch * tokens).fill(padId);
  const valid = new Float32Array(batch * tokens);
  for (const [row, text] of texts.entries()) {
    ids.set(text, row * tokens);
    valid.fill(1, row * tokens, row * tokens + text.length);
  }
  const packed: HostTensor = { dtype: "int32", shape: [batch, tokens], data: ids };
  switch (config.model_type) {
    case "clip": {
      const ends = Int32Array.from(texts, (text, row) => row * tokens + endOfText(config, text));
      return {
        ids: packed,
        ends: { dtype: "int32", shape: [batch], data: ends },
        start: { dtype: "int32", shape: [1], data: Int32Array.of(0) },
      };
    }
    case "siglip":
      return { ids: packed };
    case "chinese_clip":
      return { ids: packed, valid: { dtype: "float32", shape: [batch, tokens], data: valid } };
  }
}

/**
 * Position of the end-of-text token: the first `eos_token_id`, or, for configurations with the
 * historical eos 2, the largest id (transformers modeling_clip.py, CLIPTextModel.forward).
 */
function endOfText(config: ClipConfig, text: readonly number[]): number {
  const eos = config.text_config.eos_token_id ?? 2;
  if (eos !== 2) return Math.max(0, text.indexOf(eos));
  let best = 0;
  for (const [index, id] of text.entries()) if (id > text[best]!) best = index;
  return best;
}
