import type { MessageDescriptor } from "@lingui/core";
import { msg } from "@lingui/core/macro";
import type { EngineId } from "@/inference/protocol/messages";

/** The engines as the interface calls them. */
export const ENGINE_NAMES: Readonly<Record<EngineId, MessageDescriptor>> = {
  webgpu: msg`WebGPU`,
  "ort-web": msg`WebAssembly`,
  "ort-node": msg`Native`,
  cpu: msg`Reference`,
};
