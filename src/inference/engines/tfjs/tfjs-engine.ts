import type { Engine, LoadedModel, LoadedProgram, Program, WeightSource } from "../engine";
import type { TfjsDevice } from "./tfjs-device";
import { TfjsProgram } from "./tfjs-program";
import { TfjsWeights, type LoadOptions } from "./tfjs-weights";

/** An engine that runs programs with tfjs on one device. */
export class TfjsEngine implements Engine {
  readonly id;
  readonly lost: Promise<string>;
  protected readonly device: TfjsDevice;

  constructor(device: TfjsDevice) {
    this.device = device;
    this.id = device.id;
    this.lost = device.lost;
  }

  async loadModel(source: WeightSource, options?: LoadOptions): Promise<LoadedModel> {
    const weights = await TfjsWeights.load(this.device, source, options);
    return new TfjsModel(this.device, weights);
  }

  memory(): { readonly tensors: number; readonly gpuBuffers: number; readonly bytes: number } {
    return this.device.memory();
  }

  async dispose(): Promise<void> {
    this.device.dispose();
  }
}

class TfjsModel implements LoadedModel {
  private readonly device: TfjsDevice;
  private readonly weights: TfjsWeights;
  private readonly programs = new Set<TfjsProgram>();

  constructor(device: TfjsDevice, weights: TfjsWeights) {
    this.device = device;
    this.weights = weights;
  }

  async program(program: Program): Promise<LoadedProgram> {
    const loaded = new TfjsProgram(program, this.device, this.weights);
    this.programs.add(loaded);
    await loaded.prepare();
    return loaded;
  }

  dispose(): void {
    for (const program of this.programs) program.dispose();
    this.programs.clear();
    this.weights.dispose();
    this.device.trim();
  }
}
