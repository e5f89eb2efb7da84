/**
 * Serialises a recorded graph and its weights as an ONNX ModelProto.
 *
 * Source: onnx.proto3 of onnx 1.23 (field numbers), IR version 10.
 */
import { AppError } from "@/shared/lib/errors";
import { reshapeTarget, sliceBounds } from "./generalise";
import { ONNX_TYPE, type Attribute, type Graph, type GraphPort, type Initializer } from "./graph";
import { ProtoWriter } from "./protobuf";

/** Opset 23 brings RMSNormalization, 24 TensorScatter. */
const OPSET = 24;
const IR_VERSION = 10;
const ATTRIBUTE_TYPE = { float: 1, int: 2, string: 3, ints: 7 } as const;

/** @param readWeight - raw little-endian bytes in the initializer's type. */
export async function writeOnnxModel(
  graph: Graph,
  name: string,
  readWeight: (weight: string) => Promise<Uint8Array>,
): Promise<Uint8Array> {
  const weights = new Map<string, Uint8Array>();
  for (const item of graph.initializers) {
    if (item.kind === "weight" && !weights.has(item.weight)) {
      weights.set(item.weight, await readWeight(item.weight));
    }
  }
  const model = new ProtoWriter();
  model.int(1, IR_VERSION).string(2, "perigee");
  model.message(7, (proto) => writeGraph(proto, graph, name, weights));
  model.message(8, (opset) => opset.string(1, "").int(2, OPSET));
  model.message(8, (opset) => opset.string(1, "com.microsoft").int(2, 1));
  return model.finish();
}

function writeGraph(
  proto: ProtoWriter,
  graph: Graph,
  name: string,
  weights: ReadonlyMap<string, Uint8Array>,
): void {
  for (const [index, node] of graph.nodes.entries()) {
    proto.message(1, (message) => {
      for (const input of node.inputs) message.string(1, input);
      for (const output of node.outputs) message.string(2, output);
      message.string(3, `${node.op}_${index}`).string(4, node.op);
      for (const [key, value] of Object.entries(node.attributes)) {
        message.message(5, (attribute) => writeAttribute(attribute, key, value));
      }
      if (node.domain !== "") message.string(7, node.domain);
    });
  }
  proto.string(2, name);
  for (const item of graph.initializers) {
    proto.message(5, (tensor) => writeInitializer(tensor, item, weights));
  }
  for (const port of graph.inputs) proto.message(11, (value) => writePort(value, port));
  for (const port of graph.outputs) proto.message(12, (value) => writePort(value, port));
}

function writeAttribute(proto: ProtoWriter, name: string, value: Attribute): void {
  proto.string(1, name);
  if (typeof value === "string") {
    proto.bytes(4, new TextEncoder().encode(value)).int(20, ATTRIBUTE_TYPE.string);
  } else if (typeof value === "number") {
    proto.int(3, value).int(20, ATTRIBUTE_TYPE.int);
  } else if ("float" in value) {
    proto.float(2, value.float).int(20, ATTRIBUTE_TYPE.float);
  } else {
    for (const item of value) proto.int(8, item);
    proto.int(20, ATTRIBUTE_TYPE.ints);
  }
}

function writeInitializer(
  proto: ProtoWriter,
  item: Initializer,
  weights: ReadonlyMap<string, Uint8Array>,
): void {
  const { type, dims, bytes } = initializerContent(item, weights);
  for (const dim of dims) proto.int(1, dim);
  proto.int(2, ONNX_TYPE[type]).string(8, item.name).bytes(9, bytes);
}

function initializerContent(
  item: Initializer,
  weights: ReadonlyMap<string, Uint8Array>,
): {
  readonly type: keyof typeof ONNX_TYPE;
  readonly dims: readonly number[];
  readonly bytes: Uint8Array;
} {
  if (item.kind === "weight") return { ...item, bytes: weights.get(item.weight)! };
  if (item.kind === "data") return item;
  const values =
    item.kind === "reshape" ? reshapeTarget(item.cases) : sliceBounds(item.part, item.cases);
  if (values === undefined) {
    throw new AppError(
      "shape-mismatch",
      `ONNX export: ${item.name} has no single form for all sizes.`,
    );
  }
  return { type: "int64", dims: [values.length], bytes: int64Bytes(values) };
}

/** Whole numbers as little-endian int64. */
export function int64Bytes(values: readonly number[]): Uint8Array {
  const data = new DataView(new ArrayBuffer(values.length * 8));
  for (const [index, value] of values.entries()) data.setBigInt64(index * 8, BigInt(value), true);
  return new Uint8Array(data.buffer);
}

function writePort(proto: ProtoWriter, port: GraphPort): void {
  proto.string(1, port.name);
  proto.message(2, (type) =>
    type.message(1, (tensor) => {
      tensor.int(1, ONNX_TYPE[port.type]);
      tensor.message(2, (shape) => {
        for (const [axis, size] of port.cases[0]!.entries()) {
          const isFixed = port.cases.every((dims) => dims[axis] === size);
          shape.message(1, (dim) =>
            isFixed ? dim.int(1, size) : dim.string(2, `${port.name}_${axis}`),
          );
        }
      });
    }),
  );
}
