/**
 * Engine over any onnxruntime binding: programs are traced to ONNX graphs and run as sessions.
 * The binding is passed in, so the same code serves onnxruntime-web in a tab and onnxruntime-node on
 * the command line.
 *
 * A session is made at the first run, not by `program`: programs of one family asked for before then
 * share one session from the start.
 */
import type * as Ort from "onnxruntime-web";
import { AppError, messageOf } from "@/shared/lib/errors";
import type { EngineId } from "../../protocol/messages";
import type { HostTensor } from "../../ops/ops";
import type {
  Engine,
  LoadedModel,
  LoadedProgram,
  Program,
  ResidentTensor,
  RunOptions,
  RunResult,
  WeightSource,
} from "../engine";
import { describeGraph, mergeGraphs } from "./generalise";
import type { Graph } from "./graph";
import { writeOnnxModel } from "./onnx-file";
import { graphOutput, parseGraphOutput, traceProgram } from "./trace";
import { readWeight } from "./traced-weights";

export type OrtBinding = Pick<typeof Ort, "InferenceSession" | "Tensor">;

export interface OnnxEngineOptions {
  readonly id: EngineId;
  readonly ort: OrtBinding;
  readonly sessionOptions: Ort.InferenceSession.SessionOptions;
  /**
   * True when a tensor passed as output is written where it lies (onnxruntime-node): a cache is then
   * updated in place instead of being copied at every step.
   */
  readonly writesInPlace: boolean;
}

/** Errors only: otherwise each copy of a cache logs a warning per layer and token. */
const QUIET = { logSeverityLevel: 3 } as const;

interface Counters {
  sessions: number;
  tensors: number;
  bytes: number;
}

/** A value that stays in the binding's own tensor between runs. */
class ResidentOrtTensor implements ResidentTensor {
  readonly shape: readonly number[];
  readonly dtype: "float32" | "int32";
  private value: Ort.Tensor | undefined;
  private readonly counters: Counters;
  private readonly sizeBytes: number;

  constructor(value: Ort.Tensor, counters: Counters) {
    this.value = value;
    this.shape = value.dims;
    this.dtype = value.type === "int32" ? "int32" : "float32";
    this.counters = counters;
    this.sizeBytes = value.size * 4;
    counters.tensors += 1;
    counters.bytes += this.sizeBytes;
  }

  get tensor(): Ort.Tensor {
    if (this.value === undefined) {
      throw new AppError(
        "protocol",
        "A resident tensor was used after it was disposed of or consumed by a cache write.",
      );
    }
    return this.value;
  }

  async read(): Promise<HostTensor> {
    const data = (await this.tensor.getData()) as Float32Array | Int32Array;
    return { dtype: this.dtype, shape: this.shape, data: data.slice() };
  }

  /** Hands the tensor over to the next owner without freeing it. */
  consume(): Ort.Tensor {
    const { tensor } = this;
    this.forget();
    return tensor;
  }

  dispose(): void {
    this.value?.dispose();
    this.forget();
  }

  private forget(): void {
    if (this.value === undefined) return;
    this.value = undefined;
    this.counters.tensors -= 1;
    this.counters.bytes -= this.sizeBytes;
  }
}

/** One session and the graph it serves; replaced as a whole when a new size joins the family. */
class Family {
  graph: Graph;
  /** Programs that still need the session. */
  users = 0;
  private opened: Promise<Ort.InferenceSession> | undefined;
  private openedGraph: Graph | undefined;
  private modelBytes = 0;
  private readonly name: string;
  private readonly source: WeightSource;
  private readonly options: OnnxEngineOptions;
  private readonly counters: Counters;

  constructor(
    name: string,
    graph: Graph,
    source: WeightSource,
    options: OnnxEngineOptions,
    counters: Counters,
  ) {
    this.name = name;
    this.graph = graph;
    this.source = source;
    this.options = options;
    this.counters = counters;
  }

  /** Takes another size in; false when the graphs do not fit one form. */
  admit(graph: Graph): boolean {
    const merged = mergeGraphs(this.graph, graph);
    if (merged === undefined) return false;
    if (describeGraph(merged) !== describeGraph(this.graph)) this.graph = merged;
    return true;
  }

  async session(): Promise<Ort.InferenceSession> {
    if (this.openedGraph !== this.graph) {
      await this.dispose();
      this.openedGraph = this.graph;
      this.opened = this.open(this.graph);
    }
    try {
      return await this.opened!;
    } catch (error) {
      this.openedGraph = undefined;
      this.opened = undefined;
      throw error;
    }
  }

  async dispose(): Promise<void> {
    const { opened } = this;
    this.opened = undefined;
    this.openedGraph = undefined;
    if (opened === undefined) return;
    const session = await opened.catch(() => undefined);
    if (session === undefined) return;
    await session.release();
    this.counters.sessions -= 1;
    this.counters.bytes -= this.modelBytes;
  }

  private async open(graph: Graph): Promise<Ort.InferenceSession> {
    const bytes = await writeOnnxModel(graph, this.name, (weight) =>
      readWeight(this.source, weight),
    );
    try {
      const session = await this.options.ort.InferenceSession.create(
        bytes,
        this.options.sessionOptions,
      );
      this.modelBytes = bytes.byteLength;
      this.counters.sessions += 1;
      this.counters.bytes += this.modelBytes;
      return session;
    } catch (error) {
      throw sessionError(this.options.id, this.name, error);
    }
  }
}

function sessionError(engine: EngineId, program: string, error: unknown): AppError {
  const message = messageOf(error);
  const isMemory = /bad_alloc|out of memory|allocation failed|memory access/i.test(message);
  return new AppError(
    isMemory ? "out-of-memory" : "unsupported",
    `onnxruntime (${engine}) could not load program ${program}: ${message}`,
    { cause: error, details: { engine, program } },
  );
}

class OnnxProgram implements LoadedProgram {
  private readonly program: Program;
  private readonly family: Family;
  private readonly source: WeightSource;
  private readonly options: OnnxEngineOptions;
  private readonly counters: Counters;
  private readonly tapped = new Map<string, Family>();
  private isDisposed = false;

  constructor(
    program: Program,
    family: Family,
    source: WeightSource,
    options: OnnxEngineOptions,
    counters: Counters,
  ) {
    this.program = program;
    this.family = family;
    this.source = source;
    this.options = options;
    this.counters = counters;
    family.users += 1;
  }

  async run(
    inputs: Readonly<Record<string, HostTensor | ResidentTensor>>,
    { keep = [], taps = [] }: RunOptions = {},
  ): Promise<RunResult> {
    const family = this.familyFor(taps);
    const session = await family.session();
    const feeds: Record<string, Ort.Tensor> = {};
    for (const [name, port] of Object.entries(this.program.inputs)) {
      feeds[name] = this.feed(name, port.shape, inputs[name]);
    }
    const fetches: Record<string, Ort.Tensor | null> = {};
    const { inPlace } = family.graph;
    const keptOutputs = new Set(keep.map((name) => graphOutput("out", name)));
    for (const { name } of family.graph.outputs) {
      const source = inPlace[name];
      const resident = source === undefined ? undefined : inputs[source];
      const reuses =
        this.options.writesInPlace &&
        resident instanceof ResidentOrtTensor &&
        keptOutputs.has(name);
      fetches[name] = reuses ? resident.tensor : null;
    }
    const results = await session.run(feeds, fetches, QUIET);
    this.releaseConsumed(inputs, inPlace, fetches);
    // A tensor that was written in place is the result; the binding hands back a copy of it.
    const written = Object.entries(fetches).filter(([, tensor]) => tensor !== null);
    return this.collect({ ...results, ...Object.fromEntries(written) }, keep);
  }

  /** Frees the family's session when this was the last program that used it. */
  dispose(): void {
    if (this.isDisposed) return;
    this.isDisposed = true;
    this.family.users -= 1;
    if (this.family.users === 0) void this.family.dispose();
    for (const family of this.tapped.values()) void family.dispose();
    this.tapped.clear();
  }

  private familyFor(taps: readonly string[]): Family {
    if (taps.length === 0) return this.family;
    const key = taps.join(" ");
    const known = this.tapped.get(key);
    if (known !== undefined) return known;
    const graph = traceProgram(this.program, this.source, taps);
    const made = new Family(this.program.name, graph, this.source, this.options, this.counters);
    this.tapped.set(key, made);
    return made;
  }

  private feed(
    name: string,
    shape: readonly number[],
    value: HostTensor | ResidentTensor | undefined,
  ): Ort.Tensor {
    if (value === undefined || value.shape.join() !== shape.join()) {
      throw new AppError(
        "shape-mismatch",
        `Program ${this.program.name}: input ${name} must be [${shape.join(", ")}], got ` +
          (value === undefined ? "nothing." : `[${value.shape.join(", ")}].`),
      );
    }
    if (value instanceof ResidentOrtTensor) return value.tensor;
    if (!("data" in value)) {
      throw new AppError("protocol", `Input ${name} lives on another engine; read it first.`);
    }
    return new this.options.ort.Tensor(value.dtype, value.data, [...shape]);
  }

  private releaseConsumed(
    inputs: Readonly<Record<string, HostTensor | ResidentTensor>>,
    inPlace: Readonly<Record<string, string>>,
    fetches: Readonly<Record<string, Ort.Tensor | null>>,
  ): void {
    for (const [output, source] of Object.entries(inPlace)) {
      const resident = inputs[source];
      if (!(resident instanceof ResidentOrtTensor)) continue;
      if (fetches[output] === null || fetches[output] === undefined) resident.dispose();
      else resident.consume();
    }
  }

  private async collect(
    results: Readonly<Record<string, unknown>>,
    keep: readonly string[],
  ): Promise<RunResult> {
    const outputs: Record<string, HostTensor> = {};
    const kept: Record<string, ResidentTensor> = {};
    const tapped: Record<string, HostTensor> = {};
    for (const [output, value] of Object.entries(results)) {
      const tensor = value as Ort.Tensor;
      const { kind, name } = parseGraphOutput(output);
      if (kind === "out" && keep.includes(name)) {
        kept[name] = new ResidentOrtTensor(tensor, this.counters);
        continue;
      }
      const data = (await tensor.getData()) as Float32Array | Int32Array;
      const dtype = tensor.type === "int32" ? "int32" : "float32";
      (kind === "tap" ? tapped : outputs)[name] = { dtype, shape: tensor.dims, data };
    }
    return { outputs, kept, taps: tapped };
  }
}

class OnnxModel implements LoadedModel {
  private readonly source: WeightSource;
  private readonly options: OnnxEngineOptions;
  private readonly counters: Counters;
  private readonly families = new Map<string, Family[]>();

  constructor(source: WeightSource, options: OnnxEngineOptions, counters: Counters) {
    this.source = source;
    this.options = options;
    this.counters = counters;
  }

  async program(program: Program): Promise<LoadedProgram> {
    const graph = traceProgram(program, this.source);
    const key = program.family ?? `program ${program.name}`;
    const variants = this.families.get(key) ?? [];
    this.families.set(key, variants);
    let family = variants.find((candidate) => candidate.admit(graph));
    if (family === undefined) {
      family = new Family(program.name, graph, this.source, this.options, this.counters);
      variants.push(family);
    }
    return Promise.resolve(
      new OnnxProgram(program, family, this.source, this.options, this.counters),
    );
  }

  dispose(): void {
    for (const family of [...this.families.values()].flat()) void family.dispose();
    this.families.clear();
  }
}

/** @throws AppError `weights-mismatch`, `out-of-memory`, `unsupported` from the programs it loads. */
export function createOnnxEngine(options: OnnxEngineOptions): Engine {
  const counters: Counters = { sessions: 0, tensors: 0, bytes: 0 };
  const models = new Set<OnnxModel>();
  return {
    id: options.id,
    loadModel: (weights, { signal } = {}) => {
      signal?.throwIfAborted();
      const model = new OnnxModel(weights, options, counters);
      models.add(model);
      return Promise.resolve(model);
    },
    memory: () => ({ tensors: counters.tensors, gpuBuffers: 0, bytes: counters.bytes }),
    // onnxruntime has no device that could be lost.
    lost: new Promise<string>(() => undefined),
    dispose: () => {
      for (const model of models) model.dispose();
      models.clear();
      return Promise.resolve();
    },
  };
}
