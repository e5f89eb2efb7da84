/** The GPU device Perigee asks for: every feature and limit of use that the adapter offers. */
import { AppError, hasCode } from "@/shared/lib/errors";

/** Wanted when offered; nothing depends on them. */
const FEATURES: readonly GPUFeatureName[] = ["shader-f16", "subgroups", "timestamp-query"];

/** Raised to what the adapter offers: large weights, wide workgroups, kernels with many operands. */
const LIMITS = [
  "maxBufferSize",
  "maxStorageBufferBindingSize",
  "maxStorageBuffersPerShaderStage",
  "maxComputeWorkgroupStorageSize",
  "maxComputeInvocationsPerWorkgroup",
  "maxComputeWorkgroupSizeX",
  "maxComputeWorkgroupsPerDimension",
] as const satisfies readonly (keyof GPUSupportedLimits)[];

/** Every kind of error that a scope can hold. */
const SCOPES: readonly GPUErrorFilter[] = ["validation", "out-of-memory", "internal"];

/** What a browser tells of an adapter; older ones leave `isFallbackAdapter` out. */
type AdapterInfo = Pick<GPUAdapterInfo, "description" | "vendor" | "architecture" | "device"> &
  Partial<Pick<GPUAdapterInfo, "isFallbackAdapter">>;

export interface AdapterSummary {
  readonly description: string;
  readonly features: readonly string[];
}

/**
 * Opens a device of its own on the fastest adapter.
 *
 * @throws AppError `webgpu-unavailable`, saying which step failed.
 */
export async function requestGpuDevice(): Promise<{
  readonly device: GPUDevice;
  readonly info: GPUAdapterInfo;
  readonly adapter: AdapterSummary;
}> {
  if (!("gpu" in navigator)) throw unavailable("This browser has no WebGPU.");
  const adapter = await fastestAdapter();
  if (adapter === null) throw unavailable("The browser offers no WebGPU adapter.");
  const requiredLimits = Object.fromEntries(LIMITS.map((name) => [name, adapter.limits[name]]));
  const requiredFeatures = FEATURES.filter((name) => adapter.features.has(name));
  try {
    const device = await adapter.requestDevice({ requiredFeatures, requiredLimits });
    return { device, info: adapter.info, adapter: summarise(adapter) };
  } catch (cause) {
    throw unavailable("The WebGPU adapter refused to open a device.", cause);
  }
}

async function fastestAdapter(): Promise<GPUAdapter | null> {
  return await navigator.gpu.requestAdapter({ powerPreference: "high-performance" });
}

/** Software adapters by name, for browsers that do not mark them. */
const SOFTWARE = /swiftshader|llvmpipe|lavapipe|softpipe|basic render|\bwarp\b|software/i;

/** True for an adapter that computes on the processor. */
export function isSoftware(info: AdapterInfo): boolean {
  const { isFallbackAdapter, description, vendor, architecture, device } = info;
  return (
    isFallbackAdapter === true ||
    SOFTWARE.test([description, vendor, architecture, device].join(" "))
  );
}

/** The name of the adapter that would be opened where it is a software one; opens no device. */
export async function softwareAdapter(): Promise<string | undefined> {
  if (!("gpu" in navigator)) return undefined;
  const adapter = await fastestAdapter();
  return adapter !== null && isSoftware(adapter.info) ? nameOf(adapter.info) : undefined;
}

function unavailable(message: string, cause?: unknown): AppError {
  return new AppError("webgpu-unavailable", message, { cause });
}

function nameOf({ description, vendor, architecture }: AdapterInfo): string {
  const parts = [description, vendor, architecture].filter((part) => part !== "");
  return parts.join(" · ") || "unnamed adapter";
}

function summarise({ info, features }: GPUAdapter): AdapterSummary {
  return { description: nameOf(info), features: [...features].sort() };
}

/** Collects what a device reports outside of any call: validation errors, lack of memory, its loss. */
export class DeviceMonitor {
  readonly lost: Promise<string>;
  private lostReason: string | undefined;
  private readonly errors: GPUError[] = [];
  private readonly device: GPUDevice;

  constructor(device: GPUDevice) {
    this.device = device;
    this.lost = device.lost.then(({ reason, message }) => {
      this.lostReason = message === "" ? reason : `${reason}: ${message}`;
      return this.lostReason;
    });
    device.addEventListener("uncapturederror", (event) => {
      event.preventDefault();
      this.errors.push(event.error);
    });
  }

  /**
   * Runs work and rejects with what the device reports of it. An `uncapturederror` event may come after
   * the work's results; a scope is popped in order, so that the error is that of this work and no other.
   * The scopes close when `work` first waits, so that their answers and its results come together; it
   * has recorded and submitted everything by then.
   *
   * @throws AppError `device-lost`, `out-of-memory`, or `unsupported` for a validation error.
   */
  async watch<R>(work: () => Promise<R>): Promise<R> {
    this.assertUsable();
    for (const filter of SCOPES) this.device.pushErrorScope(filter);
    const working = work();
    const [worked, ...scopes] = await Promise.allSettled([
      working,
      ...SCOPES.map(async () => await this.device.popErrorScope()),
    ]);
    for (const scope of scopes) {
      // A lost device rejects; its loss is told elsewhere.
      if (scope.status === "fulfilled" && scope.value !== null) this.errors.push(scope.value);
    }
    if (worked.status === "rejected") throw await this.explain(worked.reason);
    this.throwReported();
    return worked.value;
  }

  /** @throws AppError `device-lost`. */
  assertUsable(): void {
    if (this.lostReason !== undefined) throw lostError(this.lostReason);
  }

  /** Throws the first error reported since the last call and forgets the others. */
  private throwReported(): void {
    this.assertUsable();
    const reported = this.takeReported();
    if (reported !== undefined) throw reported;
  }

  /** The error to show for a failed call: the device's loss where that is the cause. */
  private async explain(error: unknown): Promise<unknown> {
    const reported = this.takeReported(error);
    if (error instanceof AppError)
      return hasCode(error, "device-lost") ? error : (reported ?? error);
    // A lost device fails its pending calls first and reports its loss a moment later.
    const grace = new Promise<undefined>((resolve) => setTimeout(resolve, LOSS_GRACE_MS));
    const reason = this.lostReason ?? (await Promise.race([this.lost, grace]));
    if (reason !== undefined) return lostError(reason, error);
    return reported ?? error;
  }

  private takeReported(cause?: unknown): AppError | undefined {
    const [first] = this.errors.splice(0);
    if (first === undefined) return undefined;
    const options = { details: { reported: first.message }, cause };
    return first instanceof GPUOutOfMemoryError
      ? new AppError(
          "out-of-memory",
          `The GPU has no memory left (${first.message}); use a smaller model or batch.`,
          options,
        )
      : new AppError("unsupported", `The GPU refused an operation: ${first.message}`, options);
  }

  get isLost(): boolean {
    return this.lostReason !== undefined;
  }

  /** Loses the device as a driver crash would; for tests. */
  destroyDevice(): void {
    this.device.destroy();
  }
}

/** How long a failed call waits for the news that the device is lost. */
const LOSS_GRACE_MS = 250;

function lostError(reason: string, cause?: unknown): AppError {
  return new AppError("device-lost", `The GPU device was lost (${reason}); it must be reopened.`, {
    details: { reason },
    cause,
  });
}
