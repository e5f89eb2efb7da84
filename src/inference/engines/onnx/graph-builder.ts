/**
 * Records nodes, constants and weights while a program is traced. The tracer's operations are thin
 * calls on this builder.
 */
import type { DType, HostTensor, Shape } from "../../ops/ops";
import type { Attribute, Graph, GraphNode, GraphPort, Initializer, OnnxType } from "./graph";
import { int64Bytes } from "./onnx-file";

/** A value of the graph under construction. */
export interface GraphValue {
  readonly name: string;
  readonly shape: Shape;
  readonly type: OnnxType;
}

interface ResultType {
  readonly shape: Shape;
  /** float32 unless said otherwise. */
  readonly type?: OnnxType;
}

/** An initializer without its name, as the builder takes it. */
type Unnamed<T> = T extends { readonly name: string } ? Omit<T, "name"> : never;

export class GraphBuilder {
  private readonly inPlace: Record<string, string> = {};
  private readonly nodes: GraphNode[] = [];
  private readonly initializers: Initializer[] = [];
  private readonly inputs: GraphPort[] = [];
  private readonly outputs: GraphPort[] = [];
  private readonly memo = new Map<string, GraphValue>();
  /** Result of a cache write → the graph input it replaces. */
  private readonly cacheWrites = new Map<string, string>();
  private count = 0;

  input(name: string, dtype: DType, shape: Shape): GraphValue {
    this.inputs.push({ name, type: dtype, cases: [shape] });
    return { name, shape, type: dtype };
  }

  output(name: string, value: GraphValue): void {
    const renamed = {
      op: "Identity",
      domain: "",
      inputs: [value.name],
      outputs: [name],
      attributes: {},
    };
    const source = this.cacheWrites.get(value.name);
    const producer = this.nodes.findIndex((node) => node.outputs.includes(value.name));
    if (source === undefined || producer < 0) this.nodes.push(renamed);
    else {
      // The cache write itself must carry the public name, or its buffer could not be the input's.
      this.rename(value.name, name);
      this.inPlace[name] = source;
    }
    this.outputs.push({ name, type: value.type, cases: [value.shape] });
  }

  /** Notes that `result` is `cache` with some rows replaced. */
  noteCacheWrite(cache: GraphValue, result: GraphValue): void {
    if (this.inputs.some((port) => port.name === cache.name)) {
      this.cacheWrites.set(result.name, cache.name);
    }
  }

  node(
    op: string,
    inputs: readonly GraphValue[],
    result: ResultType,
    attributes: Readonly<Record<string, Attribute>> = {},
    domain = "",
  ): GraphValue {
    return this.nodeWithOutputs(op, inputs, [result], attributes, domain)[0]!;
  }

  nodeWithOutputs(
    op: string,
    inputs: readonly GraphValue[],
    results: readonly ResultType[],
    attributes: Readonly<Record<string, Attribute>> = {},
    domain = "",
  ): readonly GraphValue[] {
    const values = results.map(({ shape, type }) => ({
      name: this.fresh(op),
      shape,
      type: type ?? ("float32" as const),
    }));
    this.nodes.push({
      op,
      domain,
      inputs: inputs.map((value) => value.name),
      outputs: values.map((value) => value.name),
      attributes,
    });
    return values;
  }

  initializer(shape: Shape, type: OnnxType, content: Unnamed<Initializer>): GraphValue {
    const name = this.fresh(content.kind === "weight" ? content.weight : content.kind);
    this.initializers.push({ ...content, name } as Initializer);
    return { name, shape, type };
  }

  constant(value: HostTensor): GraphValue {
    const { buffer, byteOffset, byteLength } = value.data;
    const bytes = new Uint8Array(buffer as ArrayBuffer, byteOffset, byteLength).slice();
    return this.initializer(value.shape, value.dtype, {
      kind: "data",
      type: value.dtype,
      dims: value.shape,
      bytes,
    });
  }

  scalar(value: number): GraphValue {
    return this.once(`scalar ${value}`, () =>
      this.constant({ dtype: "float32", shape: [], data: Float32Array.of(value) }),
    );
  }

  int64s(values: readonly number[], shape: Shape = [values.length]): GraphValue {
    return this.once(`int64 ${values.join()} ${shape.join()}`, () =>
      this.initializer(shape, "int64", {
        kind: "data",
        type: "int64",
        dims: shape,
        bytes: int64Bytes(values),
      }),
    );
  }

  /** Makes a value the first time `key` is asked for. */
  once(key: string, make: () => GraphValue): GraphValue {
    const known = this.memo.get(key);
    if (known !== undefined) return known;
    const made = make();
    this.memo.set(key, made);
    return made;
  }

  finish(): Graph {
    return {
      nodes: this.nodes,
      initializers: this.initializers,
      inputs: this.inputs,
      outputs: this.outputs,
      inPlace: this.inPlace,
    };
  }

  private fresh(stem: string): string {
    return `${stem}#${this.count++}`;
  }

  private rename(from: string, to: string): void {
    const swap = (names: readonly string[]): readonly string[] =>
      names.map((name) => (name === from ? to : name));
    for (const [index, node] of this.nodes.entries()) {
      this.nodes[index] = { ...node, inputs: swap(node.inputs), outputs: swap(node.outputs) };
    }
  }
}
