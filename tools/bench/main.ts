/**
 * `npm run bench`: speed against @huggingface/transformers, Pillow and others on the same machine, in
 * the same run. The models come from `python tools/bench/export_peers.py` (about 2 GB in .cache/bench).
 */
import { existsSync } from "node:fs";
import { cpus, loadavg, release, totalmem, type as systemType } from "node:os";
import { parseArgs } from "node:util";
import { benchLabelDashboard, benchLabelExport } from "./label-node";
import {
  benchLabelImport,
  benchLabelLatency,
  benchLabelPairs,
  benchLabelResults,
} from "./label-page";
import { benchLabelZip } from "./label-zip";
import { benchDecoder, benchVision } from "./node-bench";
import { benchResampler } from "./resampler";
import { benchMetrics, benchSearch } from "./search";
import { benchSearchPage } from "./search-page";
import { benchOperations, benchWasm, benchWebDecoder, benchWebGpu } from "./web";

const USAGE = `Usage: npm run bench -- [NAME …] [--rounds N] [--threads N] [--folder PATH]
Without names all benchmarks run: vision and decoder on onnxruntime-node; resampler against Pillow;
operations (cost of recording one on WebGPU) and web (web-wasm, web-webgpu: vision towers; web-decoder:
decoders on wasm) in Chromium;
search (exact top-10) against NumPy and faiss; metrics against ranx; search-page
(100,000 candidates in the built page, npm run build); label. Models of vision, decoder
and web: python tools/bench/export_peers.py
label is label-export and label-dashboard in Node, then label-zip, label-latency, label-import,
label-pairs and label-results on the built page (npm run build) in Chromium; each of them can be named alone.`;

const BENCHES = {
  vision: benchVision,
  decoder: benchDecoder,
  resampler: benchResampler,
  operations: benchOperations,
  "web-wasm": benchWasm,
  "web-webgpu": benchWebGpu,
  "web-decoder": benchWebDecoder,
  search: benchSearch,
  "search-page": benchSearchPage,
  metrics: benchMetrics,
  "label-export": benchLabelExport,
  "label-dashboard": benchLabelDashboard,
  "label-zip": benchLabelZip,
  "label-latency": benchLabelLatency,
  "label-import": benchLabelImport,
  "label-pairs": benchLabelPairs,
  "label-results": benchLabelResults,
} as const;
type BenchName = keyof typeof BENCHES;
const ALL = Object.keys(BENCHES) as BenchName[];
/** Groups of benchmarks that one name stands for. */
const GROUPS: readonly string[] = ["label", "web"];
/** A file that tools/bench/export_peers.py writes for each benchmark that needs one. */
const MODEL_OF: Readonly<Record<string, string>> = {
  vision: "siglip-b16",
  decoder: "llama-135m",
  "web-wasm": "siglip-s16",
  "web-webgpu": "siglip-nano",
  "web-decoder": "llama-30m",
};

function describeMachine(threads: number): string {
  const cores = cpus();
  const memory = (totalmem() / 2 ** 30).toFixed(0);
  return (
    `${cores[0]?.model ?? "unknown CPU"}, ${cores.length} logical cores, ${memory} GiB, ` +
    `${systemType()} ${release()}, Node ${process.version}\n` +
    `onnxruntime-node (vision, decoder): CPU, ${threads} threads`
  );
}

async function main(): Promise<number> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      rounds: { type: "string", default: "7" },
      threads: { type: "string", default: String(Math.min(8, cpus().length)) },
      folder: { type: "string", default: ".cache/bench" },
      help: { type: "boolean", default: false },
    },
  });
  const asked = positionals.length === 0 ? ALL : positionals;
  const names = asked.flatMap((name) =>
    GROUPS.includes(name) ? ALL.filter((each) => each.startsWith(`${name}-`)) : [name],
  );
  const unknown = names.filter((name) => !(name in BENCHES));
  if (values.help || unknown.length > 0) {
    console.error(USAGE);
    return values.help ? 0 : 2;
  }
  const absent = names
    .flatMap((name) => MODEL_OF[name] ?? [])
    .filter((model) => !existsSync(`${values.folder}/${model}/model.safetensors`));
  if (absent.length > 0) {
    const command = `python tools/bench/export_peers.py ${values.folder} ${absent.join(" ")}`;
    console.error(`No ${absent.join(", ")} in ${values.folder}. Run: ${command}`);
    return 1;
  }
  const options = {
    folder: values.folder,
    rounds: Number(values.rounds),
    print: (line: string) => console.log(line),
    threads: Number(values.threads),
  };
  console.log(describeMachine(options.threads));
  for (const name of names) {
    // The load of this moment belongs to the figures below it.
    console.log(`\nload average ${loadavg()[0]!.toFixed(1)} before ${name}`);
    const text = await BENCHES[name as BenchName](options);
    if (text !== undefined) console.log(text);
  }
  return 0;
}

process.exitCode = await main();
