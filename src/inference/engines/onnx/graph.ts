/**
 * An ONNX graph as the tracer records it. Values that depend on the sizes of the inputs (reshape
 * targets, slice bounds, input shapes) keep one case per traced size, so that traces of the same
 * program for several sizes can be merged into one graph with free dimensions.
 */
import type { Shape } from "../../ops/ops";

/** ONNX element types in use (onnx.proto, TensorProto.DataType). */
export const ONNX_TYPE = {
  float32: 1,
  int8: 3,
  int32: 6,
  int64: 7,
  bool: 9,
  float16: 10,
} as const;
export type OnnxType = keyof typeof ONNX_TYPE;

export type Attribute = number | string | readonly number[] | { readonly float: number };

export interface GraphNode {
  readonly op: string;
  readonly domain: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes: Readonly<Record<string, Attribute>>;
}

export interface ReshapeCase {
  readonly from: Shape;
  readonly to: Shape;
}

export interface SliceCase {
  readonly shape: Shape;
  readonly begin: Shape;
  readonly size: Shape;
}

export type Initializer = { readonly name: string } & (
  | {
      readonly kind: "weight";
      readonly weight: string;
      readonly type: OnnxType;
      readonly dims: Shape;
    }
  | {
      readonly kind: "data";
      readonly type: OnnxType;
      readonly dims: Shape;
      readonly bytes: Uint8Array;
    }
  | { readonly kind: "reshape"; readonly cases: readonly ReshapeCase[] }
  | {
      readonly kind: "slice";
      readonly part: "starts" | "ends";
      readonly cases: readonly SliceCase[];
    }
);

export interface GraphPort {
  readonly name: string;
  readonly type: OnnxType;
  /** One shape per traced size. */
  readonly cases: readonly Shape[];
}

export interface Graph {
  readonly nodes: readonly GraphNode[];
  readonly initializers: readonly Initializer[];
  readonly inputs: readonly GraphPort[];
  readonly outputs: readonly GraphPort[];
  /** Outputs that are an input with some rows replaced: output name → input name. */
  readonly inPlace: Readonly<Record<string, string>>;
}
