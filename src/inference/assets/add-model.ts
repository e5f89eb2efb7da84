import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex, utf8ToBytes } from "@noble/hashes/utils.js";
import { z } from "zod";
import { AppError, hasCode } from "@/shared/lib/errors";
import { parsePreprocessorConfig } from "../images/preprocessor-config";
import type { ModelRef, ModelTask } from "../protocol/messages";
import { downloadFile, storeFile, type DownloadContext, type StoredFile } from "./download";
import { jsonObject, parseJsonFile, safeSegment, type Manifest } from "./manifest";
import { readAssets, userFolder, type LoadOptions, type RegistryContext } from "./model-registry";
import { taskOf } from "./model-task";
import { createTokenizer } from "./tokenizer";

export interface AddModelRequest {
  readonly id: string;
  /** The files of a folder in the Hugging Face layout. */
  readonly files?: readonly File[];
  /** Address of such a folder. */
  readonly url?: string;
}

const CONFIG_FILES = [
  "config.json",
  "preprocessor_config.json",
  "tokenizer.json",
  "tokenizer_config.json",
];
const OPTIONAL_FILES = new Set(["tokenizer_config.json", "README.md"]);
const WEIGHTS = "model.safetensors";
const WEIGHTS_INDEX = `${WEIGHTS}.index.json`;

const weightsIndexSchema = z.looseObject({ weight_map: z.record(z.string(), safeSegment) });

/** `https://huggingface.co/owner/name` stands for the files of its main branch. */
function folderUrl(url: string): string {
  let parsed: URL;
  try {
    parsed = new URL(url);
  } catch {
    throw new AppError(
      "input-invalid",
      `"${url}" is not an address; give one that starts with https://.`,
    );
  }
  if (!["http:", "https:", "file:"].includes(parsed.protocol)) {
    throw new AppError(
      "input-invalid",
      `"${url}": only https:// and http:// addresses can be loaded.`,
    );
  }
  const isRepository =
    parsed.hostname === "huggingface.co" && /^\/[^/]+\/[^/]+\/?$/.test(parsed.pathname);
  const path = parsed.pathname.replace(/\/?$/, "/");
  parsed.pathname = isRepository ? `${path}resolve/main/` : path;
  return parsed.href;
}

function revisionFrom(text: string): string {
  return bytesToHex(sha256(utf8ToBytes(text))).slice(0, 12);
}

function contextFor(context: RegistryContext, options: LoadOptions): DownloadContext {
  return { ...context, ...options };
}

async function addFromFiles(
  request: AddModelRequest,
  given: readonly File[],
  context: RegistryContext,
  options: LoadOptions,
): Promise<{ ref: ModelRef; files: Map<string, StoredFile> }> {
  const wanted = given.filter(
    ({ name }) =>
      CONFIG_FILES.includes(name) ||
      OPTIONAL_FILES.has(name) ||
      name === WEIGHTS_INDEX ||
      (name.endsWith(".safetensors") && safeSegment.safeParse(name).success),
  );
  const identity = wanted.map(({ name, size, lastModified }) => `${name} ${size} ${lastModified}`);
  const ref = { id: request.id, revision: revisionFrom(identity.sort().join("\n")) };
  const total = wanted.reduce((sum, { size }) => sum + size, 0);
  const files = new Map<string, StoredFile>();
  let before = 0;
  for (const file of wanted) {
    const start = before;
    const stored = await storeFile(file, `${userFolder(ref)}/${file.name}`, {
      ...contextFor(context, options),
      onProgress: (done) => options.onProgress?.(start + done, total),
    });
    files.set(file.name, stored);
    before += file.size;
  }
  return { ref, files };
}

/** Names of the weight files under `url`: one file, or the shards that an index names. */
async function weightNames(
  load: (name: string) => Promise<StoredFile>,
): Promise<{ names: string[]; index?: StoredFile }> {
  try {
    const index = await load(WEIGHTS_INDEX);
    const { weight_map: map } = parseJsonFile(
      WEIGHTS_INDEX,
      await index.blob.text(),
      weightsIndexSchema,
    );
    return { names: [...new Set(Object.values(map))].sort(), index };
  } catch (error) {
    if (!hasCode(error, "asset-fetch") || error.retryable) throw error;
    return { names: [WEIGHTS] };
  }
}

async function addFromUrl(
  request: AddModelRequest,
  url: string,
  context: RegistryContext,
  options: LoadOptions,
): Promise<{ ref: ModelRef; files: Map<string, StoredFile> }> {
  const folder = folderUrl(url);
  const ref = { id: request.id, revision: revisionFrom(folder) };
  const files = new Map<string, StoredFile>();
  const load = async (name: string): Promise<StoredFile> => {
    const file = await downloadFile(
      { url: folder + name, path: `${userFolder(ref)}/${name}` },
      contextFor(context, options),
    );
    files.set(name, file);
    return file;
  };
  for (const name of [...CONFIG_FILES, "README.md"]) {
    await load(name).catch((error: unknown) => {
      if (!OPTIONAL_FILES.has(name) || !hasCode(error, "asset-fetch")) throw error;
    });
  }
  for (const name of (await weightNames(load)).names) await load(name);
  return { ref, files };
}

function describeFiles(files: ReadonlyMap<string, StoredFile>): Manifest["files"] {
  const entries = [...files].map(
    ([name, { blob, sha256: digest }]) => [name, { bytes: blob.size, sha256: digest }] as const,
  );
  return Object.fromEntries(entries);
}

/** Reads everything once, so that a wrong file is reported now and not in the middle of work. */
async function validate(
  ref: ModelRef,
  files: ReadonlyMap<string, StoredFile>,
): Promise<{ task: ModelTask; architecture: string }> {
  const config = files.get("config.json");
  if (config === undefined) {
    throw new AppError(
      "input-invalid",
      "config.json is missing; add the whole folder of the model.",
    );
  }
  const json = parseJsonFile("config.json", await config.blob.text(), jsonObject);
  const { task, architecture } = taskOf(json["model_type"]);
  const manifest: Manifest = {
    ...ref,
    task,
    name: ref.id,
    architecture,
    files: describeFiles(files),
  };
  const assets = await readAssets(manifest, files);
  parsePreprocessorConfig(assets.preprocessor);
  createTokenizer(assets.tokenizer, assets.tokenizerConfig);
  return { task, architecture };
}

/**
 * Adds a model in the Hugging Face layout from files or an address: stores it, checks every file,
 * and writes its manifest. Nothing of a model that fails the check stays behind.
 *
 * @throws AppError `input-invalid`, `unsupported`, `asset-integrity`, `asset-fetch`; the signal's
 *   reason when cancelled (what arrived stays for the next attempt).
 */
export async function addModel(
  request: AddModelRequest,
  context: RegistryContext,
  options: LoadOptions = {},
): Promise<ModelRef> {
  if (!safeSegment.safeParse(request.id).success) {
    throw new AppError(
      "input-invalid",
      `"${request.id}" cannot name a model; use letters, digits, '.', '_' and '-'.`,
    );
  }
  if ((request.files === undefined) === (request.url === undefined)) {
    throw new AppError("input-invalid", "models/add: give either files or an address.");
  }
  const { ref, files } =
    request.files === undefined
      ? await addFromUrl(request, request.url as string, context, options)
      : await addFromFiles(request, request.files, context, options);
  try {
    const { task, architecture } = await validate(ref, files);
    const manifest: Manifest = {
      ...ref,
      task,
      name: ref.id,
      architecture,
      files: describeFiles(files),
      created: new Date(context.clock.now()).toISOString(),
    };
    const isPersistent = [...files.values()].every((file) => file.isPersistent);
    const store = isPersistent ? context.store : context.memory;
    if (!isPersistent) await keepInMemory(ref, files, context);
    await store.write(`${userFolder(ref)}/manifest.json`, new Blob([JSON.stringify(manifest)]));
    return ref;
  } catch (error) {
    await context.store.remove(userFolder(ref));
    throw error;
  }
}

/** The disk was full: the whole model lives in memory until the tab closes. */
async function keepInMemory(
  ref: ModelRef,
  files: ReadonlyMap<string, StoredFile>,
  context: RegistryContext,
): Promise<void> {
  for (const [name, { blob }] of files) {
    await storeFile(blob, `${userFolder(ref)}/${name}`, { store: context.memory });
  }
  await context.store.remove(userFolder(ref));
}
