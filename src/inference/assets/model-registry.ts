import { z } from "zod";
import { AppError } from "@/shared/lib/errors";
import type { Clock } from "@/shared/lib/ports";
import type { BlobStore } from "@/shared/persistence/opfs";
import type { WeightSource } from "../engines/engine";
import type { ModelRef, ModelSummary } from "../protocol/messages";
import {
  downloadFile,
  readStoredFile,
  type DownloadContext,
  type DownloadProgress,
  type StoredFile,
} from "./download";
import {
  jsonObject,
  manifestSchema,
  modelIndexSchema,
  parseJsonFile,
  qualityOf,
  safeSegment,
  totalBytes,
  type Manifest,
} from "./manifest";
import { createWeightSource } from "./weight-source";

/** Where models come from and where they are kept. */
export interface RegistryContext {
  readonly fetch: typeof fetch;
  /** Folder of `index.json`, with a slash at the end. */
  readonly shippedUrl: string;
  readonly store: BlobStore;
  /** For what the disk refuses; empty again after a reload. */
  readonly memory: BlobStore;
  readonly clock: Clock;
  /** Bytes the browser would still keep; undefined when it does not say. */
  readonly freeBytes?: () => Promise<number | undefined>;
}

export interface LoadOptions {
  readonly signal?: AbortSignal;
  readonly onProgress?: DownloadProgress;
}

type JsonObject = Readonly<Record<string, unknown>>;

/** Everything of one model but its running state. */
export interface ModelAssets {
  readonly manifest: Manifest;
  readonly config: JsonObject;
  readonly preprocessor: JsonObject;
  readonly tokenizer: JsonObject;
  readonly tokenizerConfig: JsonObject;
  readonly weights: WeightSource;
  /** False when the disk was full and the weights are in memory only. */
  readonly isPersistent: boolean;
}

export interface ModelRegistry {
  list(signal?: AbortSignal): Promise<readonly ModelSummary[]>;
  summary(ref: ModelRef): Promise<ModelSummary>;
  open(ref: ModelRef, options?: LoadOptions): Promise<ModelAssets>;
  card(ref: ModelRef): Promise<string>;
  /** Forgets a model's local copy; one that the user added is gone, a shipped one can be loaded again. */
  remove(ref: ModelRef): Promise<void>;
}

const WEIGHTS_INDEX = "model.safetensors.index.json";
const weightsIndexSchema = z.looseObject({ weight_map: z.record(z.string(), safeSegment) });

/** Folder of one model revision, in the store and under `shippedUrl`. */
export function modelFolder(ref: ModelRef): string {
  return `${safeSegment.parse(ref.id)}/${safeSegment.parse(ref.revision)}`;
}

const shippedFolder = (ref: ModelRef): string => `models/shipped/${modelFolder(ref)}`;
export const userFolder = (ref: ModelRef): string => `models/user/${modelFolder(ref)}`;

/** Names of the weight files in a model's file list, in order. */
export function weightFiles(names: readonly string[]): string[] {
  return names.filter((name) => name.endsWith(".safetensors")).sort();
}

class Registry implements ModelRegistry {
  private readonly context: RegistryContext;
  constructor(context: RegistryContext) {
    this.context = context;
  }

  /** Network first, so that a new version is seen; the kept copy when there is no network. */
  private async fetchText(path: string, signal?: AbortSignal): Promise<string> {
    const url = this.context.shippedUrl + path;
    const kept = `models/shipped/${path}.text`;
    try {
      const response = await this.context.fetch(url, { signal: signal ?? null });
      if (!response.ok) throw new TypeError(`the server answered ${response.status}`);
      // Servers of single-page applications answer a missing file with their start page.
      if (response.headers.get("content-type")?.startsWith("text/html") === true) {
        throw new TypeError("the server answered with a page");
      }
      const text = await response.text();
      await this.context.store.write(kept, new Blob([text])).catch(() => undefined);
      return text;
    } catch (error) {
      signal?.throwIfAborted();
      const copy = await this.context.store.read(kept).catch(() => undefined);
      if (copy !== undefined) return await copy.text();
      throw new AppError(
        "asset-fetch",
        `Could not load ${url}. Check the connection and try again.`,
        {
          details: { url },
          cause: error,
        },
      );
    }
  }

  private async shippedManifest(ref: ModelRef, signal?: AbortSignal): Promise<Manifest> {
    const path = `${modelFolder(ref)}/manifest.json`;
    return parseJsonFile(path, await this.fetchText(path, signal), manifestSchema);
  }

  private async userManifest(ref: ModelRef): Promise<Manifest | undefined> {
    const path = `${userFolder(ref)}/manifest.json`;
    const file = (await this.context.memory.read(path)) ?? (await this.context.store.read(path));
    return file && parseJsonFile(path, await file.text(), manifestSchema);
  }

  private async isCached(manifest: Manifest, folder: string): Promise<boolean> {
    for (const name of weightFiles(Object.keys(manifest.files))) {
      if ((await readStoredFile(this.context.store, `${folder}/${name}`)) === undefined)
        return false;
    }
    return true;
  }

  private async summarise(
    manifest: Manifest,
    source: ModelSummary["source"],
    folder: string,
  ): Promise<ModelSummary> {
    const { id, revision, task, name, architecture, licence, dimensions } = manifest;
    const quality = qualityOf(manifest);
    return {
      id,
      revision,
      task,
      name,
      architecture,
      sizeBytes: totalBytes(manifest),
      source,
      cached: await this.isCached(manifest, folder),
      ...(licence === undefined ? {} : { licence }),
      ...(dimensions === undefined ? {} : { dimensions }),
      ...(quality === undefined ? {} : { quality }),
    };
  }

  async summary(ref: ModelRef): Promise<ModelSummary> {
    const user = await this.userManifest(ref);
    return user === undefined
      ? await this.summarise(await this.shippedManifest(ref), "shipped", shippedFolder(ref))
      : await this.summarise(user, "user", userFolder(ref));
  }

  private async userRefs(): Promise<ModelRef[]> {
    const refs: ModelRef[] = [];
    for (const store of [this.context.store, this.context.memory]) {
      for (const id of await store.list("models/user")) {
        for (const revision of await store.list(`models/user/${id.slice(0, -1)}`)) {
          refs.push({ id: id.slice(0, -1), revision: revision.slice(0, -1) });
        }
      }
    }
    return refs;
  }

  async list(signal?: AbortSignal): Promise<readonly ModelSummary[]> {
    const index = await this.fetchText("index.json", signal);
    const { models } = parseJsonFile("models/index.json", index, modelIndexSchema);
    const shipped = models.map(async (ref) =>
      this.summarise(await this.shippedManifest(ref, signal), "shipped", shippedFolder(ref)),
    );
    // Awaited together: a manifest that fails while the folders are read must not go unheard.
    const [known, added] = await Promise.all([Promise.all(shipped), this.listAdded()]);
    return [...known, ...added];
  }

  private async listAdded(): Promise<readonly ModelSummary[]> {
    const summaries = (await this.userRefs()).map(async (ref) => {
      const manifest = await this.userManifest(ref);
      return manifest && (await this.summarise(manifest, "user", userFolder(ref)));
    });
    return (await Promise.all(summaries)).filter((summary) => summary !== undefined);
  }

  private async downloadStore(manifest: Manifest): Promise<BlobStore> {
    const free = await this.context.freeBytes?.();
    return free !== undefined && free < totalBytes(manifest)
      ? this.context.memory
      : this.context.store;
  }

  private async shippedFiles(
    ref: ModelRef,
    options: LoadOptions,
  ): Promise<{ manifest: Manifest; files: Map<string, StoredFile> }> {
    const manifest = await this.shippedManifest(ref, options.signal);
    const store = (await this.isCached(manifest, shippedFolder(ref)))
      ? this.context.store
      : await this.downloadStore(manifest);
    const files = new Map<string, StoredFile>();
    let before = 0;
    for (const [name, { bytes, sha256 }] of Object.entries(manifest.files)) {
      if (name.endsWith(".md")) continue;
      const start = before;
      const context: DownloadContext = {
        ...this.context,
        store,
        ...(options.signal === undefined ? {} : { signal: options.signal }),
        onProgress: (done, _total, failedAttempts) =>
          options.onProgress?.(start + done, totalBytes(manifest), failedAttempts),
      };
      const url = `${this.context.shippedUrl}${modelFolder(ref)}/${name}`;
      const path = `${shippedFolder(ref)}/${name}`;
      const file = await downloadFile({ url, path, bytes, sha256 }, context);
      const isPersistent = file.isPersistent && store === this.context.store;
      files.set(name, { ...file, isPersistent });
      before += bytes;
    }
    return { manifest, files };
  }

  private async userFiles(ref: ModelRef, manifest: Manifest): Promise<Map<string, StoredFile>> {
    const files = new Map<string, StoredFile>();
    for (const name of Object.keys(manifest.files)) {
      const path = `${userFolder(ref)}/${name}`;
      const file =
        (await readStoredFile(this.context.store, path)) ??
        (await readStoredFile(this.context.memory, path));
      if (file === undefined) {
        throw new AppError(
          "asset-integrity",
          `${name} of the model "${ref.id}" is not stored completely; remove the model on /models and add it again.`,
        );
      }
      files.set(name, file);
    }
    return files;
  }

  async open(ref: ModelRef, options: LoadOptions = {}): Promise<ModelAssets> {
    const user = await this.userManifest(ref);
    const { manifest, files } =
      user === undefined
        ? await this.shippedFiles(ref, options)
        : { manifest: user, files: await this.userFiles(ref, user) };
    return await readAssets(manifest, files);
  }

  async card(ref: ModelRef): Promise<string> {
    if ((await this.userManifest(ref)) === undefined) {
      return await this.fetchText(`${modelFolder(ref)}/MODEL_CARD.md`);
    }
    const readme = await readStoredFile(this.context.store, `${userFolder(ref)}/README.md`);
    return (await readme?.blob.text()) ?? "";
  }

  async remove(ref: ModelRef): Promise<void> {
    for (const store of [this.context.store, this.context.memory]) {
      await store.remove(userFolder(ref));
      await store.remove(shippedFolder(ref));
    }
  }
}

/** Parses a model's files; shared by shipped models, added ones and folders on disk. */
export async function readAssets(
  manifest: Manifest,
  files: ReadonlyMap<string, Pick<StoredFile, "blob" | "isPersistent">>,
): Promise<ModelAssets> {
  const json = async (name: string, isOptional = false): Promise<JsonObject> => {
    const file = files.get(name);
    if (file !== undefined) return parseJsonFile(name, await file.blob.text(), jsonObject);
    if (isOptional) return {};
    throw new AppError("asset-integrity", `The model "${manifest.id}" has no ${name}; add it.`);
  };
  const names = weightFiles([...files.keys()]);
  if (names.length === 0) {
    throw new AppError(
      "asset-integrity",
      `The model "${manifest.id}" has no *.safetensors file; other weight formats are not read.`,
    );
  }
  await checkShards(names, files);
  const blobs = new Map(names.map((name) => [name, files.get(name)!.blob]));
  return {
    manifest,
    config: await json("config.json"),
    preprocessor: await json("preprocessor_config.json", true),
    tokenizer: await json("tokenizer.json"),
    tokenizerConfig: await json("tokenizer_config.json", true),
    weights: await createWeightSource(blobs),
    isPersistent: [...files.values()].every((file) => file.isPersistent),
  };
}

/** With an index of shards, all of them must be there. */
async function checkShards(
  names: readonly string[],
  files: ReadonlyMap<string, Pick<StoredFile, "blob">>,
): Promise<void> {
  const index = files.get(WEIGHTS_INDEX);
  if (index === undefined) return;
  const { weight_map: map } = parseJsonFile(
    WEIGHTS_INDEX,
    await index.blob.text(),
    weightsIndexSchema,
  );
  const missing = [...new Set(Object.values(map))].filter((shard) => !names.includes(shard));
  if (missing.length === 0) return;
  throw new AppError(
    "asset-integrity",
    `Weight files are missing: ${missing.join(", ")}. Add every file that ${WEIGHTS_INDEX} names.`,
    { details: { missing } },
  );
}

/** Models that are shipped with the studio and models that the user added. */
export function createModelRegistry(context: RegistryContext): ModelRegistry {
  return new Registry(context);
}
