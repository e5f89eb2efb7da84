/** tfjs on WebGPU, with Perigee's own device and kernels: the first choice in the tab. */
import * as tf from "@tensorflow/tfjs-core";
import { WebGPUBackend } from "@tensorflow/tfjs-backend-webgpu";
import { AppError } from "@/shared/lib/errors";
import type { Shape } from "../../ops/ops";
import { formatShape } from "../../ops/shapes";
import { registerWebGpuKernels } from "../../ops/webgpu-kernels";
import type { TfjsDevice } from "./tfjs-device";
import { TfjsEngine } from "./tfjs-engine";
import { DeviceMonitor, requestGpuDevice, type AdapterSummary } from "./webgpu-device";

/** tfjs keeps backends by name and a lost one cannot be reused, so each engine takes a new name. */
let enginesMade = 0;

export interface WebGpuEngineOptions {
  /** False leaves Perigee's own kernels out, so that every operation is composed; for tests. */
  readonly hasOwnKernels?: boolean;
}

/** The engine, with what the models page shows and what tests need. */
export class WebGpuEngine extends TfjsEngine {
  readonly adapter: AdapterSummary;
  readonly backend: WebGPUBackend;
  private readonly monitor: DeviceMonitor;

  constructor(device: WebGpuTfjsDevice, adapter: AdapterSummary) {
    super(device);
    this.adapter = adapter;
    this.backend = device.backend;
    this.monitor = device.monitor;
  }

  /** Makes this engine's backend the one that tfjs calls run on. */
  activate(): void {
    this.device.activate();
  }

  /** Loses the device as a driver crash would; for tests. */
  loseDevice(): void {
    this.monitor.destroyDevice();
  }
}

/**
 * Opens a device and registers a tfjs backend on it.
 *
 * @throws AppError `webgpu-unavailable`.
 */
export async function createWebGpuEngine({
  hasOwnKernels = true,
}: WebGpuEngineOptions = {}): Promise<WebGpuEngine> {
  const { device, info, adapter } = await requestGpuDevice();
  const backend = new WebGPUBackend(device, info);
  enginesMade += 1;
  const backendName = `perigee-webgpu-${enginesMade}`;
  tf.registerBackend(backendName, () => backend);
  tf.copyRegisteredKernels("webgpu", backendName);
  if (hasOwnKernels) registerWebGpuKernels(backendName);
  // Small tensors would otherwise be computed in JavaScript, by kernels the self-test does not see.
  tf.env().set("WEBGPU_CPU_FORWARD", false);
  // The packed program sums in a fixed order; the split-K one does not.
  tf.env().set("WEBGPU_MATMUL_PROGRAM_TYPE", PACKED_MATMUL);
  await tf.setBackend(backendName);
  const monitor = new DeviceMonitor(device);
  return new WebGpuEngine(
    new WebGpuTfjsDevice(backend, backendName, monitor, hasOwnKernels),
    adapter,
  );
}

/** tfjs' number for its tiled matmul program. */
const PACKED_MATMUL = 3;

/** Unused pooled buffers beyond this are freed; a vision tower's activations fit several times. */
const POOL_LIMIT_BYTES = 256 * 2 ** 20;

/** The parts of tfjs' BufferManager that `trim` needs; private in its types. */
interface BufferPool {
  readonly freeBuffers: Map<string, GPUBuffer[]>;
  numFreeBuffers: number;
  numBytesAllocated: number;
}

class WebGpuTfjsDevice implements TfjsDevice {
  readonly id = "webgpu";
  readonly readsPacked: boolean;
  readonly lost: Promise<string>;
  readonly backend: WebGPUBackend;
  readonly monitor: DeviceMonitor;
  private readonly backendName: string;
  private readonly weightBuffers = new Map<tf.Tensor, GPUBuffer>();
  private weightBytes = 0;
  private isDisposed = false;
  /** Runs take turns, so that each error belongs to the run that caused it. */
  private lastRun: Promise<unknown> = Promise.resolve();

  constructor(
    backend: WebGPUBackend,
    backendName: string,
    monitor: DeviceMonitor,
    readsPacked: boolean,
  ) {
    this.backend = backend;
    this.backendName = backendName;
    this.monitor = monitor;
    this.readsPacked = readsPacked;
    // Closing the engine on purpose is no loss: the promise then stays open.
    this.lost = new Promise((resolve) => {
      void monitor.lost.then((reason) => {
        if (!this.isDisposed) resolve(reason);
      });
    });
  }

  activate(): void {
    // The backend is initialised, so setBackend switches before it returns its promise.
    if (tf.getBackend() !== this.backendName) void tf.setBackend(this.backendName);
  }

  /** Writes into a mapped buffer, without the two copies of tfjs' own upload. */
  upload(data: Float32Array | Int32Array, shape: Shape): tf.Tensor {
    const { device } = this.backend;
    const size = Math.max(4, data.byteLength);
    const limit = Math.min(device.limits.maxStorageBufferBindingSize, device.limits.maxBufferSize);
    if (size > limit) {
      throw new AppError(
        "out-of-memory",
        `A weight ${formatShape(shape)} needs ${size} bytes in one buffer; this GPU allows ${limit}.`,
        { details: { sizeBytes: size, limitBytes: limit } },
      );
    }
    const usage = GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_SRC | GPUBufferUsage.COPY_DST;
    const buffer = createMapped(device, size, usage);
    new Uint8Array(buffer.getMappedRange()).set(
      new Uint8Array(data.buffer, data.byteOffset, data.byteLength),
    );
    buffer.unmap();
    const dtype = data instanceof Int32Array ? "int32" : "float32";
    this.activate();
    const tensor = tf.keep(tf.tensor({ buffer, zeroCopy: true }, [...shape], dtype));
    this.weightBuffers.set(tensor, buffer);
    this.weightBytes += size;
    return tensor;
  }

  release(weight: tf.Tensor): void {
    const buffer = this.weightBuffers.get(weight);
    weight.dispose();
    if (buffer === undefined) return;
    this.weightBuffers.delete(weight);
    this.weightBytes -= buffer.size;
    this.flush();
    buffer.destroy();
  }

  assertUsable(): void {
    this.monitor.assertUsable();
  }

  guard<R>(work: () => Promise<R>): Promise<R> {
    const run = this.lastRun.then(() => this.runGuarded(work));
    this.lastRun = run.catch(() => undefined);
    return run;
  }

  precompile(dryRun: () => void): Promise<void> {
    return this.guard(async () => {
      // tfjs then only creates pipelines, asynchronously, and dispatches nothing.
      tf.env().set("WEBGPU_ENGINE_COMPILE_ONLY", true);
      try {
        dryRun();
      } finally {
        tf.env().set("WEBGPU_ENGINE_COMPILE_ONLY", false);
      }
      await this.backend.checkCompileCompletionAsync();
    });
  }

  memory(): { readonly tensors: number; readonly gpuBuffers: number; readonly bytes: number } {
    // tfjs counts for the active backend only, and has none once another engine has closed.
    if (!this.isDisposed) this.activate();
    const { bufferManager } = this.backend;
    const pooled = bufferManager.getNumUsedBuffers() + bufferManager.getNumFreeBuffers();
    return {
      tensors: tf.memory().numTensors,
      gpuBuffers: pooled + this.weightBuffers.size,
      bytes: bufferManager.numBytesAllocated + this.weightBytes,
    };
  }

  /** tfjs' pool keeps every buffer size it ever saw; nothing else ever frees it. */
  trim(): void {
    if (this.isDisposed || this.monitor.isLost) return;
    this.flush();
    const pool = this.backend.bufferManager as unknown as BufferPool;
    for (const [key, buffers] of pool.freeBuffers) {
      // The emptied lists stay: tfjs looks them up without asking whether they exist.
      pool.freeBuffers.set(key, []);
      for (const buffer of buffers) {
        pool.numFreeBuffers -= 1;
        pool.numBytesAllocated -= buffer.size;
        buffer.destroy();
      }
    }
  }

  dispose(): void {
    if (this.isDisposed) return;
    this.isDisposed = true;
    for (const { kernelName } of tf.getKernelsForBackend(this.backendName)) {
      tf.unregisterKernel(kernelName, this.backendName);
    }
    tf.removeBackend(this.backendName);
    this.monitor.destroyDevice();
  }

  private async runGuarded<R>(work: () => Promise<R>): Promise<R> {
    const result = await this.monitor.watch(() => {
      const working = work();
      this.flush();
      return working;
    });
    const { numBytesAllocated, numBytesUsed } = this.backend.bufferManager;
    if (numBytesAllocated - numBytesUsed > POOL_LIMIT_BYTES) this.trim();
    return result;
  }

  /** Submits what tfjs has recorded so far. */
  private flush(): void {
    if (this.isDisposed || this.monitor.isLost) return;
    this.backend.ensureCommandEncoderReady();
    this.backend.endComputePassEncoder();
    this.backend.submitQueue();
  }
}

/** @throws AppError `out-of-memory` when the process cannot map that much. */
function createMapped(device: GPUDevice, size: number, usage: number): GPUBuffer {
  try {
    return device.createBuffer({ size, usage, mappedAtCreation: true });
  } catch (cause) {
    throw new AppError("out-of-memory", `No ${size} bytes could be mapped for a GPU upload.`, {
      cause,
    });
  }
}
