import { AFFINE_KERNEL } from "./affine";
import { ATTENTION_KERNEL } from "./attention-kernel";
import { CONV2D_KERNEL } from "./conv2d";
import { EMBEDDING_KERNEL } from "./embedding";
import { GELU_KERNELS } from "./gelu";
import { LAYER_NORM_KERNEL } from "./layer-norm";
import { LINEAR_KERNEL } from "./linear-kernel";
import { registerOwnKernel } from "./own-kernel";
import { RMS_NORM_KERNEL } from "./rms-norm";
import { ROPE_KERNEL } from "./rope";
import { SILU_KERNEL } from "./silu";
import { SOFTMAX_KERNEL } from "./softmax";
import { TOP_K_KERNEL } from "./top-k";
import { MERGE_MATCHES_KERNEL, TOP_MATCHES_KERNEL } from "./top-matches-kernel";
import { WRITE_CACHE_KERNEL } from "./write-cache";

/** Registers every own kernel for the WebGPU backend called `backendName`. */
export function registerWebGpuKernels(backendName: string): void {
  for (const kernel of [...Object.values(GELU_KERNELS), SILU_KERNEL, AFFINE_KERNEL]) {
    registerOwnKernel(kernel, backendName);
  }
  registerOwnKernel(LAYER_NORM_KERNEL, backendName);
  registerOwnKernel(RMS_NORM_KERNEL, backendName);
  registerOwnKernel(SOFTMAX_KERNEL, backendName);
  registerOwnKernel(CONV2D_KERNEL, backendName);
  registerOwnKernel(ROPE_KERNEL, backendName);
  registerOwnKernel(ATTENTION_KERNEL, backendName);
  registerOwnKernel(LINEAR_KERNEL, backendName);
  registerOwnKernel(EMBEDDING_KERNEL, backendName);
  registerOwnKernel(WRITE_CACHE_KERNEL, backendName);
  registerOwnKernel(TOP_K_KERNEL, backendName);
  registerOwnKernel(TOP_MATCHES_KERNEL, backendName);
  registerOwnKernel(MERGE_MATCHES_KERNEL, backendName);
}
