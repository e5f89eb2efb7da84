import type { EngineHost } from "@/inference/worker/engine-host";
import { ModelHost } from "@/inference/worker/model-host";
import { createNodeEngineHost } from "./node/engines";
import { FolderRegistry } from "./node/folder-registry";

export interface ModelTools {
  readonly registry: FolderRegistry;
  readonly engines: EngineHost;
  readonly models: ModelHost;
}

/** The models and the engine that the options name. */
export function createModelTools(options: {
  readonly models: string;
  readonly engine: string;
}): ModelTools {
  const registry = new FolderRegistry(options.models);
  const engines = createNodeEngineHost(options.engine);
  return { registry, engines, models: new ModelHost(engines, registry) };
}
