import { createHash } from "node:crypto";
import { createReadStream, openAsBlob } from "node:fs";
import { access, readdir, readFile } from "node:fs/promises";
import { basename, join, resolve } from "node:path";
import { pipeline } from "node:stream/promises";
import {
  jsonObject,
  manifestSchema,
  modelIndexSchema,
  parseJsonFile,
  type Manifest,
} from "@/inference/assets/manifest";
import { taskOf } from "@/inference/assets/model-task";
import { modelFolder, readAssets, type ModelRegistry } from "@/inference/assets/model-registry";
import type { ModelRef, ModelSummary, ModelTask } from "@/inference/protocol/messages";
import { AppError } from "@/shared/lib/errors";

async function sha256(path: string): Promise<string> {
  const hash = createHash("sha256");
  await pipeline(createReadStream(path), hash);
  return hash.digest("hex");
}

async function exists(path: string): Promise<boolean> {
  return await access(path).then(
    () => true,
    () => false,
  );
}

function summaryOf(manifest: Manifest, source: ModelSummary["source"]): ModelSummary {
  const { id, revision, task, name, architecture, licence, dimensions, files } = manifest;
  return {
    id,
    revision,
    task,
    name,
    architecture,
    source,
    cached: true,
    sizeBytes: Object.values(files).reduce((sum, { bytes }) => sum + bytes, 0),
    ...(licence === undefined ? {} : { licence }),
    ...(dimensions === undefined ? {} : { dimensions }),
  };
}

/** Opens the files of a folder without reading them; checks sizes and hashes where they are known. */
async function openFiles(
  folder: string,
  manifest: Manifest,
): Promise<Map<string, { blob: Blob; isPersistent: boolean }>> {
  const files = new Map<string, { blob: Blob; isPersistent: boolean }>();
  for (const [name, { bytes, sha256: expected }] of Object.entries(manifest.files)) {
    const path = join(folder, name);
    if (!(await exists(path))) {
      throw new AppError("asset-fetch", `${path} is missing; copy the model again.`);
    }
    const blob = await openAsBlob(path);
    const actual = expected === "" ? "" : await sha256(path);
    if (blob.size !== bytes || actual !== expected) {
      throw new AppError(
        "asset-integrity",
        `${path} is not the expected file (${blob.size} bytes, SHA-256 ${actual}; expected ${bytes} bytes, ${expected}); copy the model again.`,
      );
    }
    files.set(name, { blob, isPersistent: true });
  }
  return files;
}

/** A folder in the Hugging Face layout without Perigee's manifest. */
async function describeFolder(folder: string): Promise<Manifest> {
  const path = join(folder, "config.json");
  if (!(await exists(path))) {
    throw new AppError("input-invalid", `${folder} has no config.json; give a model's folder.`);
  }
  const config = parseJsonFile(path, await readFile(path, "utf8"), jsonObject);
  const { task, architecture } = taskOf(config["model_type"]);
  const names = (await readdir(folder)).filter((name) => /\.(json|safetensors)$/.test(name));
  const files: Manifest["files"] = {};
  for (const name of names) {
    files[name] = { bytes: (await openAsBlob(join(folder, name))).size, sha256: "" };
  }
  return {
    id: basename(folder),
    revision: "local",
    task,
    name: basename(folder),
    architecture,
    files,
  };
}

/** The models of a folder such as `public/models`, and single model folders given by path. */
export class FolderRegistry implements ModelRegistry {
  private readonly root: string;
  private readonly paths = new Map<string, string>();

  constructor(root: string) {
    this.root = resolve(root);
  }

  private async manifestAt(folder: string): Promise<Manifest> {
    const path = join(folder, "manifest.json");
    if (!(await exists(path))) return await describeFolder(folder);
    return parseJsonFile(path, await readFile(path, "utf8"), manifestSchema);
  }

  private folderOf(ref: ModelRef): string {
    return this.paths.get(`${ref.id}@${ref.revision}`) ?? join(this.root, modelFolder(ref));
  }

  async list(): Promise<readonly ModelSummary[]> {
    const path = join(this.root, "index.json");
    if (!(await exists(path))) {
      throw new AppError(
        "asset-fetch",
        `${path} is missing: there are no models in ${this.root}. Name another folder with --models.`,
      );
    }
    const { models } = parseJsonFile(path, await readFile(path, "utf8"), modelIndexSchema);
    return await Promise.all(models.map((ref) => this.summary(ref)));
  }

  async summary(ref: ModelRef): Promise<ModelSummary> {
    const source = this.paths.has(`${ref.id}@${ref.revision}`) ? "user" : "shipped";
    return summaryOf(await this.manifestAt(this.folderOf(ref)), source);
  }

  async open(ref: ModelRef) {
    const folder = this.folderOf(ref);
    const manifest = await this.manifestAt(folder);
    return await readAssets(manifest, await openFiles(folder, manifest));
  }

  async card(ref: ModelRef): Promise<string> {
    return await readFile(join(this.folderOf(ref), "MODEL_CARD.md"), "utf8");
  }

  remove(): Promise<void> {
    return Promise.reject(
      new AppError("unsupported", "The command line does not remove models; delete the folder."),
    );
  }

  /**
   * Finds a model by id, by `id@revision`, or by the path of its folder.
   *
   * @param name - undefined takes the first model for the task.
   */
  async find(task: ModelTask, name: string | undefined): Promise<ModelSummary> {
    if (name !== undefined && (name.includes("/") || (await exists(join(name, "config.json"))))) {
      const folder = resolve(name);
      const manifest = await this.manifestAt(folder);
      this.paths.set(`${manifest.id}@${manifest.revision}`, folder);
      return this.checkTask(summaryOf(manifest, "user"), task);
    }
    const models = await this.list();
    const found = models.find(
      (model) =>
        (name === undefined && model.task === task) ||
        model.id === name ||
        `${model.id}@${model.revision}` === name,
    );
    if (found !== undefined) return this.checkTask(found, task);
    const known = models.map(({ id, task: kind }) => `${id} (${kind})`).join(", ") || "none";
    throw new AppError(
      "input-invalid",
      name === undefined
        ? `There is no ${task} in ${this.root}. Known models: ${known}.`
        : `There is no model "${name}" in ${this.root}. Known models: ${known}.`,
    );
  }

  private checkTask(model: ModelSummary, task: ModelTask): ModelSummary {
    if (model.task === task) return model;
    throw new AppError(
      "input-invalid",
      `"${model.id}" is ${model.task === "encoder" ? "an encoder" : "a selector"}; this command needs ${task === "encoder" ? "an encoder" : "a selector"}.`,
    );
  }
}
