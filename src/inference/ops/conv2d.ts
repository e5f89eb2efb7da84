import * as tf from "@tensorflow/tfjs-core";
import { callKernel, type OwnKernel } from "./own-kernel";
import { assertShape, sizeOf } from "./shapes";
import { LANES, runWgsl } from "./wgsl-program";

export interface Conv2dOptions {
  readonly stride: number;
  /** Zeros on all four sides. */
  readonly padding: number;
}

/**
 * Two-dimensional convolution (cross-correlation, as in every deep-learning library).
 *
 *   y[b, i, j, o] = Σ x[b, i·stride − padding + u, j·stride − padding + v, c] · kernel[u, v, c, o]
 *
 * @param x - [B, height, width, in] float32.
 * @param kernel - [kh, kw, in, out] float32.
 * @param options - stride and padding, in pixels.
 * @returns [B, ⌊(height + 2·padding − kh)/stride⌋ + 1, …, out] float32.
 * @throws AppError `shape-mismatch`.
 */
export function conv2d(x: tf.Tensor, kernel: tf.Tensor, options: Conv2dOptions): tf.Tensor {
  assertShape("conv2d", "x", x.shape, [-1, -1, -1, -1]);
  assertShape("conv2d", "kernel", kernel.shape, [-1, -1, x.shape[3] ?? 0, -1]);
  return callKernel(CONV2D_KERNEL, { x, kernel }, options) ?? composedConv2d(x, kernel, options);
}

/** `conv2d` by tfjs' own operation. */
export function composedConv2d(
  x: tf.Tensor,
  kernel: tf.Tensor,
  { stride, padding }: Conv2dOptions,
): tf.Tensor {
  return tf.conv2d(x as tf.Tensor4D, kernel as tf.Tensor4D, stride, padding);
}

/** Filters per invocation: a vec4 where their number allows. */
type Lanes = 1 | 4;

function conv2dWgsl(lanes: Lanes): string {
  const write =
    lanes === 1
      ? "result[index] = total;"
      : "for (var f = 0; f < 4; f++) { result[4 * index + f] = total[f]; }";
  return `
alias Filters = ${lanes === 1 ? "f32" : "vec4<f32>"};
fn main(index : i32) {
  if (index >= uniforms.count) { return; }
  let o = index % uniforms.filters;
  let pixel = index / uniforms.filters;
  let j0 = (pixel % uniforms.outWidth) * uniforms.stride - uniforms.padding;
  let i0 = ((pixel / uniforms.outWidth) % uniforms.outHeight) * uniforms.stride - uniforms.padding;
  let b = pixel / (uniforms.outWidth * uniforms.outHeight);
  var total = Filters();
  for (var u = 0; u < uniforms.kernelHeight; u++) {
    let i = i0 + u;
    if (i < 0 || i >= uniforms.height) { continue; }
    for (var v = 0; v < uniforms.kernelWidth; v++) {
      let j = j0 + v;
      if (j < 0 || j >= uniforms.width) { continue; }
      let pixelBase = ((b * uniforms.height + i) * uniforms.width + j) * uniforms.channels;
      let weight = (u * uniforms.kernelWidth + v) * uniforms.channels;
      for (var c = 0; c < uniforms.channels; c++) {
        total += x[pixelBase + c] * kernel[(weight + c) * uniforms.filters + o];
      }
    }
  }
  ${write}
}`;
}

/** One invocation per output pixel and filter, or group of four; neighbours read neighbouring filters. */
export const CONV2D_KERNEL: OwnKernel<
  Readonly<Record<"x" | "kernel", tf.TensorInfo>>,
  Conv2dOptions
> = {
  name: "PerigeeConv2d",
  run(backend, { x, kernel }, { stride, padding }) {
    const [batch = 0, height = 0, width = 0, channels = 0] = x.shape;
    const [kernelHeight = 0, kernelWidth = 0, , outputs = 0] = kernel.shape;
    const outHeight = Math.floor((height + 2 * padding - kernelHeight) / stride) + 1;
    const outWidth = Math.floor((width + 2 * padding - kernelWidth) / stride) + 1;
    const outputShape = [batch, outHeight, outWidth, outputs];
    const lanes: Lanes = outputs % 4 === 0 ? 4 : 1;
    const count = sizeOf(outputShape) / lanes;
    return runWgsl(backend, {
      key: `conv2d_${lanes}`,
      inputs: { x: { tensor: x }, kernel: { tensor: kernel, components: lanes } },
      integers: {
        count,
        height,
        width,
        channels,
        kernelHeight,
        kernelWidth,
        filters: outputs / lanes,
        outHeight,
        outWidth,
        stride,
        padding,
      },
      workgroups: Math.ceil(count / LANES),
      outputShape,
      outputType: "float32",
      code: () => conv2dWgsl(lanes),
    });
  },
};
