/**
 * Exact top-10 on onnxruntime-node, onnxruntime-web (wasm) and in plain JavaScript against NumPy and
 * faiss-flat, and retrieval measures against ranx; all in one run, on the same inputs.
 */
import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { cpus, tmpdir } from "node:os";
import { join } from "node:path";
import * as ortNode from "onnxruntime-node";
import * as ortWeb from "onnxruntime-web/wasm";
import { readNpy, writeNpy } from "@/domain/npy";
import { evaluateRun } from "@/domain/retrieval/evaluate-run";
import { searchTopK, type TopKRequest } from "@/domain/retrieval/top-k";
import { parseMeasures } from "@/domain/retrieval/trec-measures";
import { createQrelsReader, createRunReader, readTrec } from "@/domain/trec";
import type { Engine, Program } from "@/inference/engines/engine";
import { createOnnxEngine } from "@/inference/engines/onnx/onnx-engine";
import { createOrtNodeEngine } from "@/inference/engines/onnx/ort-node";
import { searchTopKOnEngine } from "@/inference/search/engine-top-k";
import { createRng } from "@/shared/lib/rng";

const CANDIDATES = 100_000;
const DIMENSION = 256;
const K = 10;
/** 10,000 queries take minutes on two busy cores; the rates do not depend on the number. */
const QUERIES = Number(process.env["SEARCH_QUERIES"] ?? 1000);
/** Queries for the loops in JavaScript, which are slower by an order of magnitude. */
const FEW = 32;
const METRIC_QUERIES = 100_000;
const PYTHON = existsSync(".venv/bin/python") ? ".venv/bin/python" : "python3";

/** Random directions; every row of length 1, as embeddings are. */
function unitRows(count: number, seed: number): Float32Array {
  const rng = createRng(seed);
  const values = new Float32Array(count * DIMENSION);
  for (let at = 0; at < values.length; at += DIMENSION) {
    let squares = 0;
    for (let i = 0; i < DIMENSION; i++) {
      // The sum of three uniform numbers is close to normal, so directions are close to uniform.
      const value = rng() + rng() + rng() - 1.5;
      values[at + i] = value;
      squares += value * value;
    }
    for (let i = 0; i < DIMENSION; i++) values[at + i]! /= Math.sqrt(squares);
  }
  return values;
}

async function seconds(work: () => Promise<unknown>): Promise<number> {
  const startedAt = performance.now();
  await work();
  return (performance.now() - startedAt) / 1000;
}

/** Scores of all pairs in memory, then sorting: what the fused search avoids. */
async function matmulAndSort(engine: Engine, request: TopKRequest, sort: boolean) {
  const { queries, candidates } = request;
  const rows = queries.length / DIMENSION;
  const model = await engine.loadModel({
    names: ["candidates"],
    describe: () => ({ dtype: "F32", shape: [CANDIDATES, DIMENSION] }),
    bytes: () => Promise.resolve(new Uint8Array(candidates.buffer)),
  });
  const program: Program = {
    name: "scores",
    inputs: { x: { dtype: "float32", shape: [FEW, DIMENSION] } },
    build: (ops, weights, { x }) => ({ scores: ops.linear(x!, weights.matrix("candidates")) }),
  };
  const loaded = await model.program(program);
  const run = async (): Promise<void> => {
    for (let start = 0; start < rows; start += FEW) {
      const data = queries.slice(start * DIMENSION, (start + FEW) * DIMENSION);
      const { outputs } = await loaded.run({
        x: { dtype: "float32", shape: [FEW, DIMENSION], data },
      });
      const scores = outputs["scores"]!.data;
      for (let row = 0; sort && row < FEW; row++) {
        const own = scores.subarray(row * CANDIDATES, (row + 1) * CANDIDATES);
        Int32Array.from(own.keys()).sort((a, b) => own[b]! - own[a]! || a - b);
      }
    }
  };
  return {
    run,
    dispose() {
      loaded.dispose();
      model.dispose();
    },
  };
}

function line(name: string, queries: number, took: readonly number[], peak?: number): string {
  const sorted = took.toSorted((a, b) => a - b);
  const median = sorted[Math.floor(sorted.length / 2)]!;
  const rate = (at: number) => (2e-9 * queries * CANDIDATES * DIMENSION) / at;
  const share =
    peak === undefined ? "" : `, ${((100 * rate(median)) / peak).toFixed(0)}% of matmul`;
  const range = `${rate(sorted.at(-1)!).toFixed(1)} to ${rate(sorted[0]!).toFixed(1)}`;
  return `  ${name.padEnd(36)} ${(queries / median).toFixed(1)} queries/s, ${rate(median).toFixed(1)} GFLOP/s (${range}; n = ${took.length})${share}`;
}

interface PeerTimes {
  readonly numpy_version: string;
  readonly matmul: number;
  readonly numpy: number;
  readonly faiss?: number;
  readonly faiss_version?: string;
  readonly faiss_same_as_numpy?: number;
}

function peers<T>(folder: string, threads: number, ...more: string[]): T {
  const script = ["tools/bench/search_peers.py", folder, "--threads", String(threads), ...more];
  return JSON.parse(execFileSync(PYTHON, script, { maxBuffer: 2 ** 26 }).toString()) as T;
}

interface SearchBenchOptions {
  readonly threads: number;
  readonly rounds: number;
}

export async function benchSearch({ threads, rounds }: SearchBenchOptions): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "perigee-search-"));
  const engines = openEngines(threads);
  try {
    const queries = unitRows(QUERIES, 1);
    const candidates = unitRows(CANDIDATES, 2);
    const request: TopKRequest = { queries, candidates, dimension: DIMENSION, k: K };
    const few = { ...request, queries: queries.slice(0, FEW * DIMENSION) };
    await writeArray(join(folder, "queries.npy"), queries);
    await writeArray(join(folder, "candidates.npy"), candidates);
    const took = new Map<string, number[]>();
    const note = (name: string, value: number) =>
      took.set(name, [...(took.get(name) ?? []), value]);
    const results = new Map<string, Int32Array>();
    let unproven = 0;
    let versions: PeerTimes | undefined;
    for (let round = 0; round < rounds; round++) {
      for (const [name, engine] of engines) {
        note(
          name,
          await seconds(async () => {
            const found = await searchTopKOnEngine(request, () => Promise.resolve(engine), {
              now: () => performance.now(),
              onUnproven: (count) => (unproven += count),
            });
            results.set(name, found.indices);
          }),
        );
        const plain = await matmulAndSort(engine, few, false);
        note(`${name} matmul`, await seconds(plain.run));
        plain.dispose();
        if (name === "ort-web") {
          const sorting = await matmulAndSort(engine, few, true);
          note(`${name} sort`, await seconds(sorting.run));
          sorting.dispose();
        }
      }
      note("js", await seconds(async () => results.set("js", (await searchTopK(few)).indices)));
      versions = peers<PeerTimes>(folder, threads);
      note("numpy", versions.numpy);
      note("numpy matmul", versions.matmul);
      if (versions.faiss !== undefined) note("faiss", versions.faiss);
    }
    const byNumpy = readNpy(await readFile(join(folder, "numpy.npy"))).data as Int32Array;
    return report({ took, results, byNumpy, unproven, versions: versions! });
  } finally {
    for (const engine of engines.values()) await engine.dispose();
    await rm(folder, { recursive: true });
  }
}

function openEngines(threads: number): ReadonlyMap<string, Engine> {
  // Under Node the wasm runtime starts only so, with its bytes at hand and on one thread.
  ortWeb.env.wasm.numThreads = 1;
  const path = "node_modules/onnxruntime-web/dist/ort-wasm-simd-threaded.wasm";
  ortWeb.env.wasm.wasmBinary = Uint8Array.from(readFileSync(path)).buffer;
  const wasm = createOnnxEngine({
    id: "ort-web",
    ort: ortWeb,
    sessionOptions: { executionProviders: ["wasm"], graphOptimizationLevel: "all" },
    writesInPlace: false,
  });
  return new Map([
    ["ort-node", createOrtNodeEngine(ortNode, { threads })],
    ["ort-web", wasm],
  ]);
}

async function writeArray(path: string, data: Float32Array): Promise<void> {
  await writeFile(
    path,
    writeNpy({ dtype: "float32", shape: [data.length / DIMENSION, DIMENSION], data }),
  );
}

/** Share of the queries with the same ten candidates in the same order. */
function agreement(a: Int32Array, b: Int32Array): string {
  const rows = Math.min(a.length, b.length) / K;
  let same = 0;
  for (let row = 0; row < rows; row++) {
    const isEqual = a
      .subarray(row * K, (row + 1) * K)
      .every((value, i) => value === b[row * K + i]);
    if (isEqual) same++;
  }
  return `${same} of ${rows}`;
}

const TITLES: Readonly<Record<string, string>> = {
  "ort-node": "onnxruntime-node",
  "ort-web": "wasm (1 thread)",
};

function report(run: {
  readonly took: ReadonlyMap<string, number[]>;
  readonly results: ReadonlyMap<string, Int32Array>;
  readonly byNumpy: Int32Array;
  readonly unproven: number;
  readonly versions: PeerTimes;
}): string {
  const { took, results, byNumpy, unproven, versions } = run;
  const lines = [
    `Exact top-${K} of ${QUERIES} queries over ${CANDIDATES} × ${DIMENSION} (loops in JavaScript: ${FEW} queries); ${cpus().length} cores`,
  ];
  const middle = (values: readonly number[]) =>
    values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)]!;
  const gigaflops = (queries: number, at: number) => (2e-9 * queries * CANDIDATES * DIMENSION) / at;
  for (const name of ["ort-node", "ort-web"]) {
    const product = took.get(`${name} matmul`);
    if (product === undefined) continue;
    const peak = gigaflops(FEW, middle(product));
    lines.push(line(`Perigee, ${TITLES[name]!}`, QUERIES, took.get(name)!, peak));
    lines.push(line(`${TITLES[name]!}: matmul alone`, FEW, product));
    const sorted = took.get(`${name} sort`);
    if (sorted !== undefined)
      lines.push(line(`${TITLES[name]!}: matmul, then sort`, FEW, sorted, peak));
    lines.push(`    same ten as NumPy: ${agreement(results.get(name)!, byNumpy)} queries`);
  }
  lines.push(line("plain JavaScript (same definition)", FEW, took.get("js")!));
  lines.push(`    same ten as NumPy: ${agreement(results.get("js")!, byNumpy)} queries`);
  const peak = gigaflops(QUERIES, middle(took.get("numpy matmul")!));
  lines.push(line(`NumPy ${versions.numpy_version}`, QUERIES, took.get("numpy")!, peak));
  lines.push(line("NumPy: matmul alone", QUERIES, took.get("numpy matmul")!));
  const byFaiss = took.get("faiss");
  if (byFaiss === undefined) lines.push("  faiss-cpu is not installed");
  else lines.push(line(`faiss-cpu ${versions.faiss_version}, flat`, QUERIES, byFaiss, peak));
  lines.push(`  queries that had to be searched again: ${unproven}`);
  return lines.join("\n");
}

/** 100,000 queries with 20 results each: one relevant candidate, found or not. */
function trecFiles(): { readonly qrels: string; readonly run: string } {
  const rng = createRng(3);
  const [qrels, run]: [string[], string[]] = [[], []];
  for (let query = 0; query < METRIC_QUERIES; query++) {
    const wanted = Math.floor(rng() * 40);
    qrels.push(`q${query} 0 d${wanted} 1`);
    for (let rank = 1; rank <= 20; rank++) {
      // Shifted per query, so that documents come in another order each time.
      run.push(`q${query} Q0 d${(rank * 7 + query) % 40} ${rank} ${21 - rank} bench`);
    }
  }
  return { qrels: `${qrels.join("\n")}\n`, run: `${run.join("\n")}\n` };
}

interface RanxTimes {
  readonly load: number;
  readonly evaluate: number;
  readonly values: Readonly<Record<string, number>>;
}

export async function benchMetrics({ threads, rounds }: SearchBenchOptions): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "perigee-metrics-"));
  try {
    const { qrels, run } = trecFiles();
    await writeFile(join(folder, "qrels.trec"), qrels);
    await writeFile(join(folder, "run.trec"), run);
    const measures = parseMeasures(["recip_rank", "map", "ndcg_cut_10", "recall_10", "success_10"]);
    const own = { read: [] as number[], evaluate: [] as number[] };
    const other = { read: [] as number[], evaluate: [] as number[] };
    let values: Readonly<Record<string, number>> = {};
    let theirs: Readonly<Record<string, number>> = {};
    for (let round = 0; round < rounds; round++) {
      const startedAt = performance.now();
      const judged = readTrec(createQrelsReader(), qrels).value;
      const ranked = readTrec(createRunReader(), run).value;
      const readAt = performance.now();
      values = evaluateRun(judged, ranked, measures).all;
      own.read.push((readAt - startedAt) / 1000);
      own.evaluate.push((performance.now() - readAt) / 1000);
      const times = peers<RanxTimes>(folder, threads, "--metrics");
      other.read.push(times.load);
      other.evaluate.push(times.evaluate);
      theirs = times.values;
    }
    const pairs = ["mrr", "map", "ndcg@10", "recall@10", "hit_rate@10"].map((name, i) =>
      Math.abs(theirs[name]! - values[measures[i]!.name]!),
    );
    const show = (list: readonly number[]) =>
      `${list.toSorted((a, b) => a - b)[Math.floor(list.length / 2)]!.toFixed(2)} s (${Math.min(...list).toFixed(2)} to ${Math.max(...list).toFixed(2)})`;
    return [
      `Five measures of ${METRIC_QUERIES} queries × 20 results; largest |Δ| ${Math.max(...pairs).toExponential(1)}`,
      `  Perigee, one thread       reading TREC ${show(own.read)}, measures ${show(own.evaluate)}`,
      `  ranx, ${threads} threads           reading TREC ${show(other.read)}, measures ${show(other.evaluate)} (compiled before)`,
    ].join("\n");
  } finally {
    await rm(folder, { recursive: true });
  }
}
