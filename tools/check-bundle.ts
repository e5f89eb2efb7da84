/**
 * Enforces what the first page load costs: the entry chunk with everything it imports statically
 * stays small, and holds neither TensorFlow.js nor onnxruntime.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";

const LIMIT_BYTES = 200 * 1024;
/** Strings that survive minification in the packages' own code. */
const FORBIDDEN = [
  "@tensorflow/tfjs",
  "WEBGPU_DEFERRED_SUBMIT_BATCH_SIZE",
  "onnxruntime",
  "ort-wasm",
];

interface Chunk {
  readonly file: string;
  readonly isEntry?: boolean;
  readonly imports?: readonly string[];
}
type Manifest = Readonly<Record<string, Chunk>>;

function staticClosure(manifest: Manifest, key: string, seen = new Set<string>()): Set<string> {
  if (seen.has(key)) return seen;
  seen.add(key);
  for (const next of manifest[key]?.imports ?? []) staticClosure(manifest, next, seen);
  return seen;
}

function main(): number {
  const manifest = JSON.parse(readFileSync("dist/.vite/manifest.json", "utf8")) as Manifest;
  const entry = Object.keys(manifest).find((key) => manifest[key]?.isEntry === true);
  if (entry === undefined) throw new Error("check-bundle: no entry in dist/.vite/manifest.json");
  let total = 0;
  let failures = 0;
  for (const key of staticClosure(manifest, entry)) {
    const file = manifest[key]?.file;
    if (file === undefined || !file.endsWith(".js")) continue;
    const code = readFileSync(join("dist", file));
    const size = gzipSync(code).byteLength;
    total += size;
    console.log(`${(size / 1024).toFixed(1).padStart(8)} KB gzipped  ${file}`);
    for (const word of FORBIDDEN) {
      if (!code.includes(word)) continue;
      failures += 1;
      console.error(`${file} holds "${word}": engines must load lazily, in the worker only.`);
    }
  }
  console.log(
    `${(total / 1024).toFixed(1).padStart(8)} KB gzipped  entry, limit ${String(LIMIT_BYTES / 1024)} KB`,
  );
  if (total > LIMIT_BYTES) {
    failures += 1;
    console.error("The entry is over its limit: load the newest import lazily, by route.");
  }
  return failures === 0 ? 0 : 1;
}

process.exitCode = main();
