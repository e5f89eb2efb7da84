/**
 * The stages of moon2-nano's training as encoders: stored vectors of the demo catalogue, no weights.
 *
 * The files are written by training/encoder/stages.py, rows in the order of the catalogue's tables.
 */
import { z } from "zod";
import type { BenchmarkEncoder, EncodeJob, Role } from "@/domain/benchmark/encoder";
import { hasView, type BenchmarkTask, type View } from "@/domain/benchmark/task";
import { normalise } from "@/domain/benchmark/vectors";
import { readSafetensorsMatrices, type Matrix } from "@/domain/safetensors-table";
import { AppError, messageOf } from "@/shared/lib/errors";
import { sha256Hex } from "@/shared/lib/sha256";
import type { DataFiles } from "./read-data-set";
import { demoLanguage } from "./recipe";

export const STAGES = ["generative", "contrastive", "purchase", "moon2"] as const;
export type Stage = (typeof STAGES)[number];

/** Widths of the stored vectors: of 256 values the first 128 are kept. */
export const STAGE_WIDTHS: readonly number[] = [64, 128];

/** Below the folder of the models; the key of a stage is `FOLDER/STAGE`. */
export const STAGE_FOLDER = "moon2-nano/stages";

export function stageKey(stage: Stage): string {
  return `${STAGE_FOLDER}/${stage}`;
}

/** The stage that `moon2-nano/stages/STAGE` or the same with `@REVISION` names. */
export function parseStage(
  name: string,
): { readonly stage: Stage; readonly revision?: string } | undefined {
  const [key, revision] = name.split("@");
  const stage = STAGES.find((known) => stageKey(known) === key);
  if (stage === undefined) return undefined;
  return revision === undefined ? { stage } : { stage, revision };
}

const hash = z.string().regex(/^[0-9a-f]{64}$/u);
const manifestSchema = z.object({
  revision: z.string(),
  tables: z.object({ "catalogue.jsonl": hash, "queries.jsonl": hash }),
  labels: z.array(z.string()),
  files: z.record(z.string(), z.object({ bytes: z.number(), sha256: hash })),
});
type Manifest = z.infer<typeof manifestSchema>;

function fail(problem: string, cause?: unknown): never {
  throw new AppError(
    "input-invalid",
    `${STAGE_FOLDER}: ${problem}`,
    cause === undefined ? {} : { cause },
  );
}

function readManifest(bytes: Uint8Array): Manifest {
  try {
    return manifestSchema.parse(JSON.parse(new TextDecoder().decode(bytes)));
  } catch (error) {
    const reason = error instanceof z.ZodError ? z.prettifyError(error) : messageOf(error);
    return fail(`manifest.json cannot be read (${reason}); install Perigee again.`, error);
  }
}

async function checkTables({ tables }: Manifest, files: DataFiles): Promise<void> {
  for (const [name, expected] of Object.entries(tables)) {
    const blob = await files.open(name);
    const found = blob && (await sha256Hex(await blob.arrayBuffer()));
    if (found !== expected) {
      fail(
        `the stored vectors are of the demo catalogue that Perigee brings along; this data set's ${name} is another one. Choose a model instead.`,
      );
    }
  }
}

/** Where the vectors of a role and a view lie, by the id that a job has. */
interface Rows {
  readonly matrix: Matrix;
  readonly rowOf: ReadonlyMap<string, number>;
}

function rowsOf(
  name: string,
  matrices: ReadonlyMap<string, Matrix>,
  ids: readonly string[],
): Rows | undefined {
  const matrix = matrices.get(name);
  if (matrix === undefined) return undefined;
  if (matrix.rows !== ids.length) {
    return fail(`expected ${ids.length} rows of ${name}, got ${matrix.rows}.`);
  }
  return { matrix, rowOf: new Map(ids.map((id, row) => [id, row])) };
}

function indexRows(
  task: BenchmarkTask,
  labels: readonly string[],
  matrices: ReadonlyMap<string, Matrix>,
): ReadonlyMap<string, Rows> {
  const language = demoLanguage(task);
  const sources = [
    ["candidate", task.candidates],
    ["query", task.queries],
  ] as const;
  const found = new Map<string, Rows>();
  const keep = (role: Role, view: View, name: string, ids: readonly string[]) => {
    const rows = rowsOf(name, matrices, ids);
    if (rows !== undefined) found.set(`${role}:${view}`, rows);
  };
  for (const [role, entries] of sources) {
    for (const view of ["t", "i", "mm"] as const) {
      const name = view === "i" ? `${role}.i` : `${role}.${view}.${language}`;
      const shown = entries.filter((entry) => hasView(entry, view));
      keep(
        role,
        view,
        name,
        shown.map(({ id }) => id),
      );
    }
  }
  keep("label", "t", "label.t", labels);
  return found;
}

/** The stored vectors that each job asks for, as unit vectors. */
function lookUp(jobs: readonly EncodeJob[], rows: ReadonlyMap<string, Rows>) {
  const width = STAGE_WIDTHS.at(-1)!;
  const vectors = new Float32Array(jobs.length * width);
  const failures: { index: number; reason: string }[] = [];
  for (const [index, { role, view, id }] of jobs.entries()) {
    const place = rows.get(`${role}:${view}`);
    const row = place?.rowOf.get(id);
    if (place === undefined || row === undefined) {
      const reason = `no weights of this stage are kept, and its stored vectors have none for "${id}"; choose a model`;
      failures.push({ index, reason });
      continue;
    }
    const { data, dimension } = place.matrix;
    vectors.set(normalise(data.slice(row * dimension, (row + 1) * dimension)), index * width);
  }
  return { vectors, dimension: width, failures };
}

/**
 * Opens a stage's stored vectors, checked by SHA-256.
 *
 * @param wanted - the stage, and the revision if only that will do.
 * @param dataSet - must be the demo catalogue, in either language.
 * @param read - reads a file of the stages' folder.
 * @throws {AppError} input-invalid: another data set or revision, or damaged files.
 */
export async function openStage(
  wanted: { readonly stage: Stage; readonly revision?: string },
  dataSet: { readonly task: BenchmarkTask; readonly files: DataFiles },
  read: (name: string) => Promise<Uint8Array<ArrayBuffer>>,
): Promise<BenchmarkEncoder> {
  const { stage } = wanted;
  const manifest = readManifest(await read("manifest.json"));
  const { revision } = manifest;
  if (wanted.revision !== undefined && wanted.revision !== revision) {
    fail(`expected revision ${wanted.revision}, found ${revision}.`);
  }
  await checkTables(manifest, dataSet.files);
  const name = `${stage}.safetensors`;
  const bytes = await read(name);
  if ((await sha256Hex(bytes)) !== manifest.files[name]?.sha256) {
    fail(`${name} is not the file that manifest.json names; install Perigee again.`);
  }
  const matrices = readSafetensorsMatrices(bytes);
  const width = STAGE_WIDTHS.at(-1)!;
  for (const [tensor, { dimension }] of matrices) {
    if (dimension !== width) fail(`${tensor} has ${dimension} values a row, expected ${width}.`);
  }
  const rows = indexRows(dataSet.task, manifest.labels, matrices);
  return {
    id: stageKey(stage),
    revision,
    views: ["t", "i", "mm"],
    fusion: "joint",
    dimensions: STAGE_WIDTHS,
    encode: (jobs) => Promise.resolve(lookUp(jobs, rows)),
  };
}
