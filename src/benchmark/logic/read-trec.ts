import {
  createQrelsReader,
  createRunReader,
  type Qrels,
  type Run,
  type TrecReader,
} from "@/domain/trec";
import { AppError, messageOf } from "@/shared/lib/errors";

/** Rankings made elsewhere. */
export const RUN_FILES = ".run,.trec,.txt,.gz";

const RUN_NAME = /\.(?:run|trec|txt)(?:\.gz)?$/iu;
/** About a gigabyte in memory; the command line has more of it. */
const MAX_LINES = 5_000_000;
const MAX_LINE_LENGTH = 10_000;

/** Whether the name is that of a TREC run file. */
export function isRunFile(name: string): boolean {
  return RUN_NAME.test(name);
}

/** Hands a text's lines to the reader, in pieces, so that the page answers meanwhile. */
async function readLines(blob: Blob, isPacked: boolean, reader: TrecReader<unknown>) {
  const bytes = isPacked
    ? blob.stream().pipeThrough(new DecompressionStream("gzip"))
    : blob.stream();
  const pieces = bytes.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  let count = 0;
  const take = (line: string): void => {
    if (++count > MAX_LINES) throw new Error(`it has more than ${MAX_LINES} lines`);
    reader.add(line);
  };
  try {
    for (;;) {
      const { done, value } = await pieces.read();
      if (done) break;
      const lines = (rest + value).split("\n");
      rest = lines.pop()!;
      if (rest.length > MAX_LINE_LENGTH) throw new Error(`line ${count + 1} is too long`);
      for (const line of lines) take(line);
    }
  } finally {
    await pieces.cancel();
  }
  if (rest !== "") take(rest);
}

/** Plain or gzipped, by its name. */
async function readFile<T>(blob: Blob, name: string, reader: TrecReader<T>): Promise<T> {
  const fail = (problem: string, cause?: unknown) =>
    new AppError("input-invalid", `${name}: ${problem}`, { cause });
  try {
    await readLines(blob, /\.gz$/iu.test(name), reader);
  } catch (error) {
    throw fail(
      `cannot be read as a TREC file (${messageOf(error)}); larger ones are for "npm run perigee -- metrics"`,
      error,
    );
  }
  const { value, errors } = reader.finish();
  const [first] = errors;
  if (first !== undefined) throw fail(`line ${first.line}: ${first.reason}`);
  return value;
}

/**
 * Reads a TREC run file (`qid Q0 docid rank score tag`), plain or gzipped.
 *
 * @throws {AppError} input-invalid with the file, the line and what was expected.
 */
export async function readRun(blob: Blob, name: string): Promise<Run> {
  const run = await readFile(blob, name, createRunReader());
  if (run.size > 0) return run;
  throw new AppError("input-invalid", `${name}: holds no ranking`);
}

/**
 * Reads TREC judgements (`qid iter docid rel`), plain or gzipped.
 *
 * @throws {AppError} input-invalid with the file, the line and what was expected.
 */
export async function readQrels(blob: Blob, name: string): Promise<Qrels> {
  return await readFile(blob, name, createQrelsReader());
}
