import { AppError } from "@/shared/lib/errors";
import type { DownloadProgress } from "../assets/download";
import type { ModelAssets, ModelRegistry } from "../assets/model-registry";
import { createTokenizer, type Tokenizer } from "../assets/tokenizer";
import type { Engine, LoadedModel } from "../engines/engine";
import { parsePreprocessorConfig, type PreprocessConfig } from "../images/preprocessor-config";
import { assertEncoderWeights, createEncoder, parseEncoderConfig } from "../models/encoder";
import type { Encoder, Selector } from "../models/model-api";
import {
  assertSelectorWeights,
  createSelector,
  parseSelectorConfig,
  selectorTokens,
} from "../models/selector";
import type { ModelRef } from "../protocol/messages";
import type { EngineHost } from "./engine-host";
import { createResponseConstraint } from "./token-constraint";

/** Told what happens while a model gets ready. */
export interface ModelLoadOptions {
  readonly signal: AbortSignal;
  readonly onDownload?: DownloadProgress;
  readonly onUpload?: (doneBytes: number, totalBytes: number) => void;
}

interface Common {
  readonly tokenizer: Tokenizer;
  readonly preprocess: PreprocessConfig;
  /** False when the disk was full and the weights are in memory only. */
  readonly isPersistent: boolean;
}

export interface ReadySelector extends Common {
  readonly task: "selector";
  readonly selector: Selector;
  /** A fresh constraint for one generation; see `createResponseConstraint`. */
  readonly constrain: ReturnType<typeof createResponseConstraint>;
}

export interface ReadyEncoder extends Common {
  readonly task: "encoder";
  readonly encoder: Encoder;
}

export type ReadyModel = ReadySelector | ReadyEncoder;

interface Entry {
  readonly engine: Engine;
  readonly model: Promise<{ ready: ReadyModel; dispose: () => void }>;
}

/** Models that stay on the engine at once; with more, the longest unused one is released. */
const MAX_LOADED = 2;

function assertImageSize(preprocess: PreprocessConfig, imageSize: number): void {
  if (preprocess.width === imageSize && preprocess.height === imageSize) return;
  throw new AppError(
    "input-invalid",
    `preprocessor_config.json makes images of ${preprocess.width}×${preprocess.height} pixels; the model takes ${imageSize}×${imageSize}.`,
  );
}

function makeReady(assets: ModelAssets, model: LoadedModel): ReadyModel {
  const tokenizer = createTokenizer(assets.tokenizer, assets.tokenizerConfig);
  const preprocess = parsePreprocessorConfig(assets.preprocessor);
  const common = { tokenizer, preprocess, isPersistent: assets.isPersistent };
  if (assets.manifest.task === "encoder") {
    const config = parseEncoderConfig(assets.config);
    const encoder = createEncoder(model, config, (token) => tokenizer.idOf(token));
    assertImageSize(preprocess, encoder.imageSize);
    return { ...common, task: "encoder", encoder };
  }
  const config = parseSelectorConfig(assets.config);
  const tokens = selectorTokens((token) => tokenizer.idOf(token));
  const selector = createSelector(model, config, tokens);
  assertImageSize(preprocess, selector.imageSize);
  const constrain = createResponseConstraint(tokenizer, tokens.end);
  return { ...common, task: "selector", selector, constrain };
}

function assertWeightsFit(assets: ModelAssets): void {
  if (assets.manifest.task === "encoder") {
    assertEncoderWeights(parseEncoderConfig(assets.config), assets.weights);
  } else {
    assertSelectorWeights(parseSelectorConfig(assets.config), assets.weights);
  }
}

/** The models that are loaded on the current engine. */
export class ModelHost {
  private readonly engines: EngineHost;
  private readonly registry: ModelRegistry;
  /** In the order of last use. */
  private readonly entries = new Map<string, Entry>();

  constructor(engines: EngineHost, registry: ModelRegistry) {
    this.engines = engines;
    this.registry = registry;
  }

  private release(key: string): void {
    const entry = this.entries.get(key);
    this.entries.delete(key);
    // Models of a lost or closed engine may fail to be freed; their memory is gone already.
    entry?.model.then(({ dispose }) => dispose()).catch(() => undefined);
  }

  private async build(
    ref: ModelRef,
    engine: Engine,
    options: ModelLoadOptions,
  ): Promise<{ ready: ReadyModel; dispose: () => void }> {
    const assets = await this.registry.open(ref, {
      signal: options.signal,
      ...(options.onDownload === undefined ? {} : { onProgress: options.onDownload }),
    });
    assertWeightsFit(assets);
    const loaded = await engine.loadModel(assets.weights, {
      signal: options.signal,
      ...(options.onUpload === undefined ? {} : { onProgress: options.onUpload }),
    });
    try {
      const ready = makeReady(assets, loaded);
      const running = ready.task === "selector" ? ready.selector : ready.encoder;
      return {
        ready,
        dispose: () => {
          running.dispose();
          loaded.dispose();
        },
      };
    } catch (error) {
      loaded.dispose();
      throw error;
    }
  }

  private async load(ref: ModelRef, options: ModelLoadOptions): Promise<ReadyModel> {
    const engine = await this.engines.engine();
    for (const [key, entry] of this.entries) if (entry.engine !== engine) this.release(key);
    const key = `${ref.id}@${ref.revision}`;
    const entry = this.entries.get(key) ?? { engine, model: this.build(ref, engine, options) };
    this.entries.delete(key);
    this.entries.set(key, entry);
    for (const oldest of this.entries.keys()) {
      if (this.entries.size <= MAX_LOADED) break;
      this.release(oldest);
    }
    try {
      return (await entry.model).ready;
    } catch (error) {
      this.entries.delete(key);
      throw error;
    }
  }

  async any(ref: ModelRef, options: ModelLoadOptions): Promise<ReadyModel> {
    return await this.load(ref, options);
  }

  async selector(ref: ModelRef, options: ModelLoadOptions): Promise<ReadySelector> {
    const model = await this.load(ref, options);
    if (model.task === "selector") return model;
    throw new AppError("input-invalid", `"${ref.id}" is an encoder; choose a selector.`);
  }

  async encoder(ref: ModelRef, options: ModelLoadOptions): Promise<ReadyEncoder> {
    const model = await this.load(ref, options);
    if (model.task === "encoder") return model;
    throw new AppError("input-invalid", `"${ref.id}" is a selector; choose an encoder.`);
  }

  forget(ref: ModelRef): void {
    this.release(`${ref.id}@${ref.revision}`);
  }
}
