import { z } from "zod";
import { labelEventSchema, type LabelEvent } from "@/domain/labeling/events";
import {
  creativeSchema,
  pairSchema,
  productSchema,
  projectSchema,
  type LabelingCreative,
  type LabelingPair,
  type LabelingProduct,
  type LabelingProject,
} from "@/domain/labeling/records";
import { AppError, messageOf } from "@/shared/lib/errors";
import { sha256Hex } from "@/shared/lib/sha256";
import type { ImportIssue } from "../import/limits";
import { createUtf8Buffer, filesOf, type Piece } from "./pieces";
import type { ProjectData } from "./project-data";

/**
 * Perigee's own format: JSON Lines with the project, everything in it, and the whole event log.
 * Reading it back loses nothing. After every thousand events a checkpoint holds
 *
 *   sha256(previous checkpoint's hash ‖ the thousand event lines, each with its line feed)
 *
 * so that a changed, missing or reordered event is noticed.
 */

export const NATIVE_SCHEMA = "perigee-labeling/1";
const NATIVE_PATH = "perigee-project.jsonl";
const BLOCK = 1000;
/** Lines read between two looks at the clock. */
const LINES_PER_LOOK = 20;

const headSchema = z.strictObject({
  type: z.literal("project"),
  schema: z.literal(NATIVE_SCHEMA),
  project: projectSchema,
});
/** One line of the project log. */
export const lineSchema = z.discriminatedUnion("type", [
  headSchema,
  z.strictObject({ type: z.literal("product"), product: productSchema }),
  z.strictObject({ type: z.literal("creative"), creative: creativeSchema }),
  z.strictObject({ type: z.literal("pair"), pair: pairSchema }),
  z.strictObject({ type: z.literal("event"), event: labelEventSchema }),
  z.strictObject({ type: z.literal("checkpoint"), events: z.int(), sha256: z.string() }),
]);

export interface NativeContent {
  readonly project: LabelingProject;
  readonly products: readonly LabelingProduct[];
  readonly creatives: readonly LabelingCreative[];
  readonly pairs: readonly LabelingPair[];
  readonly events: readonly LabelEvent[];
}

async function chainHash(previous: string, lines: readonly string[]): Promise<string> {
  const text = previous + lines.map((line) => `${line}\n`).join("");
  return await sha256Hex(new TextEncoder().encode(text));
}

/**
 * The whole project.
 *
 * @param onEvent - called as each event is written.
 * @yields its lines, many at a time.
 */
export async function* nativePieces(
  data: ProjectData,
  onEvent?: () => void,
): AsyncGenerator<Piece> {
  const lines = createUtf8Buffer();
  const head = { type: "project", schema: NATIVE_SCHEMA, project: data.project };
  lines.add(`${JSON.stringify(head)}\n`);
  for (const product of data.products.values()) {
    lines.add(`{"type":"product","product":${JSON.stringify(product)}}\n`);
  }
  for (const creative of data.creatives.values()) {
    lines.add(`{"type":"creative","creative":${JSON.stringify(creative)}}\n`);
  }
  for (const pair of data.pairs) lines.add(`{"type":"pair","pair":${JSON.stringify(pair)}}\n`);
  yield [NATIVE_PATH, lines.take()];
  let hash = "";
  let events = 0;
  async function* close(): AsyncGenerator<Piece> {
    // The hash before stands in front of the lines, where it is hashed but not written.
    const bytes = lines.take();
    const block = bytes.subarray(hash.length);
    hash = await sha256Hex(bytes);
    yield [NATIVE_PATH, block];
    yield [NATIVE_PATH, `${JSON.stringify({ type: "checkpoint", events, sha256: hash })}\n`];
    lines.add(hash);
  }
  for (const event of data.state.events.values()) {
    lines.add(`{"type":"event","event":${JSON.stringify(event)}}\n`);
    events++;
    onEvent?.();
    if (events % BLOCK === 0) yield* close();
  }
  if (events % BLOCK !== 0) yield* close();
}

/** The whole project as text. */
export async function writeNative(data: ProjectData): Promise<string> {
  const [file] = await filesOf(nativePieces(data));
  return file!.content as string;
}

/**
 * Reads the format back. Broken lines become issues; checkpoints that do not fit say so.
 *
 * @param pause - called now and then with the lines read and all of them: 100,000 take seconds to
 *   check, so others may want their turn, or to end it by throwing.
 * @throws AppError when the first line is not a project of this version.
 */
export async function readNative(
  text: string,
  source: string,
  pause: (done: number, total: number) => Promise<void> | undefined = () => undefined,
): Promise<{ content: NativeContent; issues: ImportIssue[] }> {
  const issues: ImportIssue[] = [];
  const products: LabelingProduct[] = [];
  const creatives: LabelingCreative[] = [];
  const pairs: LabelingPair[] = [];
  const events: LabelEvent[] = [];
  let project: LabelingProject | undefined;
  let hash = "";
  let block: string[] = [];
  let row = 0;
  const lines = text.split("\n");
  for (const line of lines) {
    row++;
    if (row % LINES_PER_LOOK === 0) await pause(row, lines.length);
    if (line.trim() === "") continue;
    let parsed: z.infer<typeof lineSchema>;
    try {
      parsed = lineSchema.parse(JSON.parse(line));
    } catch (error) {
      if (project === undefined) throw notNative(source, error);
      issues.push({ source, row, reason: reasonOf(error) });
      continue;
    }
    if (parsed.type !== "project" && project === undefined) throw notNative(source);
    switch (parsed.type) {
      case "project":
        project = parsed.project;
        break;
      case "product":
        products.push(parsed.product);
        break;
      case "creative":
        creatives.push(parsed.creative);
        break;
      case "pair":
        pairs.push(parsed.pair);
        break;
      case "event":
        events.push(parsed.event);
        block.push(line);
        break;
      case "checkpoint":
        hash = await chainHash(hash, block);
        block = [];
        if (hash !== parsed.sha256) {
          issues.push({ source, row, reason: "the events before this line were changed" });
          hash = parsed.sha256;
        }
    }
  }
  if (project === undefined) throw notNative(source);
  if (block.length > 0) issues.push({ source, row, reason: "the end of the log is cut off" });
  return { content: { project, products, creatives, pairs, events }, issues };
}

function reasonOf(error: unknown): string {
  return error instanceof z.ZodError ? z.prettifyError(error) : messageOf(error);
}

function notNative(source: string, cause?: unknown): AppError {
  return new AppError(
    "schema-version",
    `${source}: expected a labelling project exported by Perigee (${NATIVE_SCHEMA}) on the first line${cause === undefined ? "" : `, got ${reasonOf(cause)}`}`,
    { cause },
  );
}
