/**
 * `npm run bench`: speed against @huggingface/transformers on the same machine, weights and run.
 * The models come from `python tools/bench/export_peers.py` (about 2 GB in .cache/bench).
 */
import { existsSync } from "node:fs";
import { cpus, loadavg, release, totalmem, type as systemType } from "node:os";
import { parseArgs } from "node:util";
import { benchDecoder, benchVision } from "./node-bench";

const USAGE = `Usage: npm run bench -- [vision] [decoder] [--rounds N] [--threads N] [--folder PATH]
Without names all benchmarks run. Models: python tools/bench/export_peers.py`;

const BENCHES = { vision: benchVision, decoder: benchDecoder } as const;
type BenchName = keyof typeof BENCHES;

function describeMachine(threads: number): string {
  const cores = cpus();
  const memory = (totalmem() / 2 ** 30).toFixed(0);
  const load = loadavg()[0]!.toFixed(1);
  return (
    `${cores[0]?.model ?? "unknown CPU"}, ${cores.length} logical cores, ${memory} GiB, ` +
    `${systemType()} ${release()}, Node ${process.version}\n` +
    `onnxruntime-node, CPU, ${threads} threads; load average at start ${load}`
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
  const names = positionals.length === 0 ? Object.keys(BENCHES) : positionals;
  const unknown = names.filter((name) => !(name in BENCHES));
  if (values.help || unknown.length > 0) {
    console.error(USAGE);
    return values.help ? 0 : 2;
  }
  if (!existsSync(`${values.folder}/siglip-b16/model.safetensors`)) {
    console.error(`No models in ${values.folder}. Run: python tools/bench/export_peers.py`);
    return 1;
  }
  const options = {
    folder: values.folder,
    rounds: Number(values.rounds),
    threads: Number(values.threads),
  };
  console.log(describeMachine(options.threads));
  for (const name of names) console.log(await BENCHES[name as BenchName](options));
  return 0;
}

process.exitCode = await main();
