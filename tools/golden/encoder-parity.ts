/** Encoders on an engine against their golden files: taps and unit vectors of every view. */
import type { Engine } from "@/inference/engines/engine";
import {
  dualImageProgram,
  dualTextInputs,
  dualTextProgram,
} from "@/inference/models/dual-programs";
import {
  assertEncoderWeights,
  createEncoder,
  encoderWidth,
  parseEncoderConfig,
} from "@/inference/models/encoder";
import { visionProgram } from "@/inference/models/idefics3/programs";
import type { EncoderItem, TokenContributions } from "@/inference/models/model-api";
import type { HostTensor } from "@/inference/ops/ops";
import type { Golden } from "./golden-file";
import { differenceOf, type Difference } from "./parity";

/** The moon2 script's markup ids. */
const MARKUP: Readonly<Record<string, number>> = {
  "<fake_token_around_image>": 61,
  "<global-img>": 62,
  "<pad>": 63,
};

const VIEWS = ["text", "image", "both"] as const;

/** Both golden texts and both golden images as items of one view. */
function itemsOf(golden: Golden, view: (typeof VIEWS)[number]): readonly EncoderItem[] {
  const pixels = golden.value("pixels");
  const each = pixels.data.length / pixels.shape[0]!;
  return [0, 1].map((index) => ({
    ...(view === "text"
      ? {}
      : { pixels: Float32Array.from(pixels.data.subarray(index * each, (index + 1) * each)) }),
    ...(view === "image" ? {} : { ids: golden.ids(`text/${index}`) }),
  }));
}

/** Unit vectors of all views in the golden file, encoded in one call. */
export async function compareVectors(
  engine: Engine,
  golden: Golden,
): Promise<readonly Difference[]> {
  const config = parseEncoderConfig(golden.config);
  assertEncoderWeights(config, golden.weights);
  const model = await engine.loadModel(golden.weights);
  const encoder = createEncoder(model, config, (token) => MARKUP[token]);
  const views = VIEWS.filter((view) => golden.valueNames.includes(`${view}_vectors`));
  const vectors = await encoder.encode(views.flatMap((view) => itemsOf(golden, view)));
  const width = encoderWidth(config);
  const differences = views.map((view, index) => {
    const data = vectors.slice(index * 2 * width, (index + 1) * 2 * width);
    const actual: HostTensor = { dtype: "float32", shape: [2, width], data };
    return differenceOf(`${view}_vectors`, actual, golden.value(`${view}_vectors`));
  });
  encoder.dispose();
  model.dispose();
  return differences;
}

/** Every golden tap of the image and text programs. */
export async function compareEncoderTaps(
  engine: Engine,
  golden: Golden,
): Promise<readonly Difference[]> {
  const config = parseEncoderConfig(golden.config);
  const model = await engine.loadModel(golden.weights);
  const names = golden.valueNames.flatMap((name) =>
    name.startsWith("tap/") ? [name.slice("tap/".length)] : [],
  );
  const isText = (name: string): boolean => name.startsWith("text.");
  const pixels = golden.value("pixels");
  const program = config.model_type === "moon2" ? visionProgram(config, 2) : dualImageProgram(config, 2);
  const image = await model.program(program);
  const seen = await image.run({ pixels }, { taps: names.filter((name) => !isText(name)) });
  let taps = seen.taps;
  image.dispose();
  if (config.model_type !== "moon2") {
    const tokens = 16;
    const text = await model.program(dualTextProgram(config, 2, tokens));
    const texts = [golden.ids("text/0"), golden.ids("text/1")];
    const inputs = dualTextInputs(config, texts, tokens, config.text_config.pad_token_id ?? 0);
    const read = await text.run(inputs, { taps: names.filter(isText) });
    taps = { ...taps, ...read.taps };
    text.dispose();
  }
  model.dispose();
  return names.map((name) => differenceOf(name, taps[name]!, golden.value(`tap/${name}`)));
}

/** The moon2 items taken apart, for checking that the parts add up. */
export async function takeApartAll(
  engine: Engine,
  golden: Golden,
): Promise<readonly TokenContributions[]> {
  const config = parseEncoderConfig(golden.config);
  const model = await engine.loadModel(golden.weights);
  const encoder = createEncoder(model, config, (token) => MARKUP[token]);
  const parts: TokenContributions[] = [];
  for (const view of VIEWS) {
    for (const item of itemsOf(golden, view)) parts.push(await encoder.contributions!(item));
  }
  encoder.dispose();
  model.dispose();
  return parts;
}
