/** Writes the traced graphs of the golden models to a folder, for `check_onnx.py`. */
import { mkdir, writeFile } from "node:fs/promises";
import type { Program } from "@/inference/engines/engine";
import { writeOnnxModel } from "@/inference/engines/onnx/onnx-file";
import { traceProgram } from "@/inference/engines/onnx/trace";
import { readWeight } from "@/inference/engines/onnx/traced-weights";
import { dualImageProgram, dualTextProgram } from "@/inference/models/dual-programs";
import { parseEncoderConfig } from "@/inference/models/encoder";
import { embedProgram, textProgram, visionProgram } from "@/inference/models/idefics3/programs";
import { encodeProgram } from "@/inference/models/moon2/programs";
import { parseSelectorConfig } from "@/inference/models/selector";
import { loadGolden, type Golden } from "./golden-file";
import { readGoldenFile } from "./node-files";

function programsOf(golden: Golden): readonly Program[] {
  if (golden.name === "idefics3") {
    const config = parseSelectorConfig(golden.config);
    const size = { batch: 2, tokens: 16, capacity: 32 };
    return [visionProgram(config, 2), embedProgram(config, 2, 16, 2), textProgram(config, size)];
  }
  const config = parseEncoderConfig(golden.config);
  return config.model_type === "moon2"
    ? [encodeProgram(config, 2, 16, 2)]
    : [dualImageProgram(config, 2), dualTextProgram(config, 2, 16)];
}

const folder = process.argv[2] ?? ".cache/onnx";
await mkdir(folder, { recursive: true });
for (const name of ["idefics3", "moon2", "clip", "siglip", "chinese_clip"]) {
  const golden = await loadGolden(name, readGoldenFile);
  for (const program of programsOf(golden)) {
    const graph = traceProgram(program, golden.weights);
    const file = `${name}-${program.name.replaceAll(/[^a-z0-9]+/g, "-")}.onnx`;
    const read = (weight: string): Promise<Uint8Array> => readWeight(golden.weights, weight);
    await writeFile(`${folder}/${file}`, await writeOnnxModel(graph, program.name, read));
    console.log(file, graph.nodes.length, "nodes");
  }
}
