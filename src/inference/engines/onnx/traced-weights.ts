/** Weights as graph initializers, and their bytes in the form that the initializer declares. */
import { AppError } from "@/shared/lib/errors";
import type { Matrix, Shape } from "../../ops/ops";
import type { Weights, WeightSource } from "../engine";
import { ONNX_TYPE, type OnnxType } from "./graph";
import type { GraphBuilder, GraphValue } from "./graph-builder";

type StoredType = ReturnType<WeightSource["describe"]>["dtype"];

/** bfloat16 is widened in `readWeight`: onnxruntime's CPU kernels hold float32 anyway. */
const DECLARED: Readonly<Record<StoredType, OnnxType>> = {
  F32: "float32",
  BF16: "float32",
  F16: "float16",
  I8: "int8",
};

export function createTracedWeights(
  graph: GraphBuilder,
  source: WeightSource,
): Weights<GraphValue> {
  const names = new Set(source.names);
  const raw = (name: string): GraphValue => {
    if (!names.has(name)) {
      throw new AppError("weights-mismatch", `The weights hold no tensor named ${name}.`, {
        details: { missing: [name] },
      });
    }
    const { dtype, shape } = source.describe(name);
    return graph.once(`weight ${name}`, () =>
      graph.initializer(shape, DECLARED[dtype], {
        kind: "weight",
        weight: name,
        type: DECLARED[dtype],
        dims: shape,
      }),
    );
  };
  return {
    has: (name) => names.has(name),
    tensor: (name) => {
      const value = raw(name);
      if (value.type === "float32") return value;
      return graph.once(`float32 ${value.name}`, () => {
        const cast = graph.node("Cast", [value], { shape: value.shape }, { to: ONNX_TYPE.float32 });
        if (value.type !== "int8") return cast;
        // One scale per entry of the first axis.
        const column = value.shape.map((size, axis) => (axis === 0 ? size : 1));
        const axes = column.map((_, axis) => axis).slice(1);
        const inputs = [raw(`${name}.scale`), graph.int64s(axes)];
        const scales = graph.node("Unsqueeze", inputs, { shape: column });
        return graph.node("Mul", [cast, scales], { shape: value.shape });
      });
    },
    matrix: (name) => matrixOf(raw, name),
  };
}

function matrixOf(raw: (name: string) => GraphValue, name: string): Matrix<GraphValue> {
  const value = raw(name);
  const [rows, columns] = matrixSize(name, value.shape);
  if (value.type === "int8") {
    return { rows, columns, parts: [value, raw(`${name}.scale`)], storage: "int8" };
  }
  const storage = value.type === "float16" ? "float16" : "float32";
  return { rows, columns, parts: [value], storage };
}

function matrixSize(name: string, shape: Shape): readonly [number, number] {
  const [rows, columns] = shape;
  if (shape.length !== 2 || rows === undefined || columns === undefined) {
    throw new AppError(
      "weights-mismatch",
      `${name}: expected a matrix, got [${shape.join(", ")}].`,
    );
  }
  return [rows, columns];
}

/** One weight's bytes in its declared ONNX type. */
export async function readWeight(source: WeightSource, name: string): Promise<Uint8Array> {
  const bytes = await source.bytes(name);
  if (source.describe(name).dtype !== "BF16") return bytes;
  // A bfloat16 is the upper half of a float32.
  const wide = new Uint8Array(bytes.byteLength * 2);
  for (let at = 0; at < bytes.byteLength; at += 2) {
    wide[2 * at + 2] = bytes[at]!;
    wide[2 * at + 3] = bytes[at + 1]!;
  }
  return wide;
}
