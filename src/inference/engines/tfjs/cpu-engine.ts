/** The reference engine: tfjs' plain JavaScript backend. Slow; for tests and cross-checks only. */
import * as tf from "@tensorflow/tfjs-core";
import "@tensorflow/tfjs-backend-cpu";
import type { Engine } from "../engine";
import type { TfjsDevice } from "./tfjs-device";
import { TfjsEngine } from "./tfjs-engine";

const BACKEND = "cpu";

/** Makes the reference engine. Weights of every storage form are expanded to float32. */
export async function createCpuEngine(): Promise<Engine> {
  // Keeps tfjs from advising its native package on the console.
  tf.env().set("PROD", true);
  await tf.setBackend(BACKEND);
  return new TfjsEngine(createCpuDevice());
}

function createCpuDevice(): TfjsDevice {
  return {
    id: "cpu",
    readsPacked: false,
    activate() {
      // Once initialised, setBackend switches before it returns its promise.
      if (tf.getBackend() !== BACKEND) void tf.setBackend(BACKEND);
    },
    // This backend keeps the array it is given, which may be a view of a whole weight file: copy.
    upload: (data, shape) => {
      const dtype = data instanceof Int32Array ? "int32" : "float32";
      return tf.keep(tf.tensor(data.slice(), [...shape], dtype));
    },
    release: (weight) => weight.dispose(),
    assertUsable: () => undefined,
    guard: (work) => work(),
    trim: () => undefined,
    memory() {
      const { numTensors, numBytes } = tf.memory();
      return { tensors: numTensors, gpuBuffers: 0, bytes: numBytes };
    },
    lost: new Promise(() => undefined),
    dispose: () => undefined,
  };
}
