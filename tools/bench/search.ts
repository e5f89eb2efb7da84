/**
 * Exact top-10 and exact ranks on onnxruntime-node and, in Chromium, on onnxruntime-web (wasm), against
 * matmul and sort, plain JavaScript, NumPy and faiss-flat; and retrieval measures against ranx. All in
 * one run, on the same inputs.
 */
import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { cpus, loadavg, tmpdir } from "node:os";
import { join } from "node:path";
import * as ortNode from "onnxruntime-node";
import { readNpy, writeNpy } from "@/domain/npy";
import { evaluateRun } from "@/domain/retrieval/evaluate-run";
import { parseMeasures } from "@/domain/retrieval/trec-measures";
import { createQrelsReader, createRunReader, readTrec } from "@/domain/trec";
import { createOrtNodeEngine } from "@/inference/engines/onnx/ort-node";
import { createRng } from "@/shared/lib/rng";
import { withBlankPage } from "./browser-page";
import {
  CANDIDATES,
  DIMENSION,
  FEW,
  gigaflops,
  K,
  searchSpeeds,
  unitRows,
  type SearchSpeeds,
} from "./search-contenders";
import type * as InPage from "./search-in-page";

const QUERIES = Number(process.env["SEARCH_QUERIES"] ?? 10_000);
/** The slower engine gets fewer queries: what counts is the rate. */
const PAGE_QUERIES = Math.min(QUERIES, 2000);
const METRIC_QUERIES = 100_000;
const PYTHON = existsSync(".venv/bin/python") ? ".venv/bin/python" : "python3";
const IN_PAGE = "/tools/bench/search-in-page.ts";

interface PeerTimes {
  readonly numpy_version: string;
  readonly matmul: number;
  readonly numpy: number;
  readonly faiss?: number;
  readonly faiss_version?: string;
}

function peers<T>(folder: string, threads: number, ...more: string[]): T {
  const script = ["tools/bench/search_peers.py", folder, "--threads", String(threads), ...more];
  return JSON.parse(execFileSync(PYTHON, script, { maxBuffer: 2 ** 26 }).toString()) as T;
}

interface SearchBenchOptions {
  readonly threads: number;
  readonly rounds: number;
  readonly folder: string;
}

async function writeArray(path: string, data: Float32Array): Promise<void> {
  const shape = [data.length / DIMENSION, DIMENSION];
  await writeFile(path, writeNpy({ dtype: "float32", shape, data }));
}

/** How many queries have the same ten candidates in the same order. */
function agreement(a: ArrayLike<number>, b: ArrayLike<number>): string {
  const rows = Math.min(a.length, b.length) / K;
  let same = 0;
  for (let row = 0; row < rows; row++) {
    let isEqual = true;
    for (let i = row * K; i < (row + 1) * K; i++) isEqual &&= a[i] === b[i];
    if (isEqual) same++;
  }
  return `${same} of ${rows}`;
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)]!;
}

function line(name: string, rates: readonly number[], peak: number): string {
  const middle = median(rates);
  const range = `${Math.min(...rates).toFixed(1)} to ${Math.max(...rates).toFixed(1)}`;
  const share = ((100 * middle) / peak).toFixed(0);
  const speed = (middle / gigaflops(1)).toFixed(1);
  return `  ${name.padEnd(34)} ${speed} queries/s, ${middle.toFixed(1)} GFLOP/s (${range}; n = ${rates.length}), ${share}% of matmul`;
}

/** One engine's contenders, each against the engine's own product. */
function engineLines(name: string, rounds: readonly SearchSpeeds["rates"][]): string[] {
  const of = (contender: string) => rounds.map((rates) => rates[contender]!);
  const peak = median(of("matmul"));
  return [
    `  ${name}, matmul alone: ${peak.toFixed(1)} GFLOP/s`,
    line(`${name}: top ${K}`, of("top"), peak),
    line(`${name}: ranks of true items`, of("ranks"), peak),
    line(`${name}: matmul, then sort`, of("sort"), peak),
    line("plain JavaScript, there", of("plain"), peak),
  ];
}

export async function benchSearch(options: SearchBenchOptions): Promise<string> {
  const { threads, rounds } = options;
  const folder = await mkdtemp(join(tmpdir(), "perigee-search-"));
  try {
    const queries = unitRows(QUERIES, 1);
    const candidates = unitRows(CANDIDATES, 2);
    await writeArray(join(folder, "queries.npy"), queries);
    await writeArray(join(folder, "candidates.npy"), candidates);
    const engine = createOrtNodeEngine(ortNode, { threads });
    const own: SearchSpeeds[] = [];
    const others: PeerTimes[] = [];
    for (let round = 0; round < rounds; round++) {
      own.push(await searchSpeeds({ engine, queries, candidates }));
      others.push(peers<PeerTimes>(folder, threads));
    }
    await engine.dispose();
    const inPage = await withBlankPage(options.folder, async (page, browser) => ({
      browser,
      ...(await page.evaluate(
        async ([path, ...rest]) =>
          await ((await import(path)) as typeof InPage).searchInPage(...rest),
        [IN_PAGE, PAGE_QUERIES, threads, rounds] as const,
      )),
    }));
    const byNumpy = readNpy(await readFile(join(folder, "numpy.npy"))).data;
    const rate = (times: readonly number[]) => times.map((took) => gigaflops(QUERIES) / took);
    const peak = median(rate(others.map(({ matmul }) => matmul)));
    const faiss = others.flatMap((times) => times.faiss ?? []);
    const [{ numpy_version: numpy, faiss_version: version = "" }] = others as [PeerTimes];
    return [
      `Exact top-${K} of ${QUERIES} queries (in the page ${PAGE_QUERIES}, sorting and plain loops ${FEW}) over ${CANDIDATES} × ${DIMENSION}; ${cpus().length} cores, ${threads} threads, load ${loadavg()[0]!.toFixed(1)}`,
      ...engineLines(
        "onnxruntime-node",
        own.map(({ rates }) => rates),
      ),
      `    same ten as NumPy: ${agreement(own[0]!.indices, byNumpy)}; searched again: ${own[0]!.unproven}`,
      ...engineLines("wasm in the page", inPage.rounds),
      `    same ten as NumPy: ${agreement(inPage.indices, byNumpy)}; searched again: ${inPage.unproven}; ${inPage.browser}`,
      `  NumPy ${numpy}, matmul alone: ${peak.toFixed(1)} GFLOP/s`,
      line("NumPy: top 10", rate(others.map((times) => times.numpy)), peak),
      faiss.length === 0
        ? "  faiss-cpu is not installed"
        : line(`faiss-cpu ${version}, flat`, rate(faiss), peak),
    ].join("\n");
  } finally {
    await rm(folder, { recursive: true });
  }
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
