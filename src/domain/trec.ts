/**
 * TREC qrels (`qid iter docid rel`) and run files (`qid Q0 docid rank score tag`), columns separated
 * by white space, blank lines and lines starting with # ignored. Readers take one line at a time, so
 * that a caller can stream files of any size, compressed or not.
 */

/** Relevance by query and document; negative means "in the pool, but not judged". */
export type Qrels = ReadonlyMap<string, ReadonlyMap<string, number>>;
/** Scores by query and document; ranks in the file do not count, as in trec_eval. */
export type Run = ReadonlyMap<string, ReadonlyMap<string, number>>;

/** One line that cannot be used. */
export interface TrecLineError {
  readonly line: number;
  readonly reason: string;
}

export interface TrecReader<T> {
  /** Takes the next line, without its line break. */
  readonly add: (line: string) => void;
  readonly finish: () => { readonly value: T; readonly errors: readonly TrecLineError[] };
}

interface TrecEntry {
  readonly query: string;
  readonly document: string;
  readonly value: number;
}

/** Builds a reader from what turns columns into an entry or a complaint. */
function createReader(
  columns: string,
  parse: (cells: readonly string[]) => TrecEntry | string,
): TrecReader<Map<string, Map<string, number>>> {
  const value = new Map<string, Map<string, number>>();
  const errors: TrecLineError[] = [];
  const expected = columns.split(" ").length;
  let line = 0;
  return {
    add(text) {
      line++;
      const trimmed = text.trim();
      if (trimmed === "" || trimmed.startsWith("#")) return;
      const cells = trimmed.split(/\s+/u);
      if (cells.length !== expected) {
        const reason = `expected ${expected} columns (${columns}), got ${cells.length}`;
        errors.push({ line, reason });
        return;
      }
      const entry = parse(cells);
      if (typeof entry === "string") {
        errors.push({ line, reason: entry });
        return;
      }
      const documents = value.get(entry.query) ?? new Map<string, number>();
      if (documents.has(entry.document)) {
        const reason = `document "${entry.document}" appears twice for query "${entry.query}"`;
        errors.push({ line, reason });
        return;
      }
      documents.set(entry.document, entry.value);
      value.set(entry.query, documents);
    },
    finish: () => ({ value, errors }),
  };
}

/** Reader of judgements: relevance is a whole number. */
export function createQrelsReader(): TrecReader<Qrels> {
  return createReader("qid iter docid rel", ([query = "", , document = "", relevance = ""]) => {
    if (!/^[-+]?\d{1,9}$/u.test(relevance)) {
      return `relevance: expected a whole number, got "${relevance}"`;
    }
    return { query, document, value: Number(relevance) };
  });
}

/** A finite decimal number, or an infinity as C prints it. */
function parseScore(text: string): number {
  const infinite = /^([-+]?)inf(?:inity)?$/iu.exec(text);
  if (infinite !== null) return infinite[1] === "-" ? -Infinity : Infinity;
  return /^[-+]?(?:\d+\.?\d*|\.\d+)(?:e[-+]?\d+)?$/iu.test(text) ? Number(text) : Number.NaN;
}

/** Reader of runs. */
export function createRunReader(): TrecReader<Run> {
  return createReader(
    "qid Q0 docid rank score tag",
    ([query = "", , document = "", , text = ""]) => {
      const value = parseScore(text);
      if (Number.isNaN(value)) return `score: expected a number, got "${text}"`;
      return { query, document, value };
    },
  );
}

/** Reads a whole text. */
export function readTrec<T>(
  reader: TrecReader<T>,
  text: string,
): { readonly value: T; readonly errors: readonly TrecLineError[] } {
  for (const line of text.split(/\r\n|\r|\n/u)) reader.add(line);
  return reader.finish();
}

/**
 * Order of two texts by their UTF-8 bytes, as C's strcmp; UTF-16 code units order characters beyond
 * the basic plane differently.
 *
 * @param a - any text.
 * @param b - any text.
 * @returns negative, 0 or positive.
 */
export function compareBytes(a: string, b: string): number {
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i++) {
    const x = a.charCodeAt(i);
    const y = b.charCodeAt(i);
    if (x === y) continue;
    // Surrogates stand for characters above all others; move them there.
    const high = (unit: number): number =>
      unit >= 0xd800 && unit < 0xe000 ? unit + 0x10000 : unit;
    return high(x) - high(y);
  }
  return a.length - b.length;
}

/** An id for TREC's columns, which white space would break. */
export function trecId(id: string): string {
  return id.replaceAll(/\s+/gu, "_");
}

/**
 * Lines of a run file, best first within each query, so that every tool agrees on the order: the rank
 * column counts up, and scores that tie keep their value.
 *
 * @param run - scores by query and document.
 * @param tag - name of the system, without white space.
 * @yields one line per document, without line breaks.
 */
export function* formatRun(run: Run, tag: string): Generator<string> {
  for (const [query, documents] of run) {
    const ordered = [...documents].sort(([a, x], [b, y]) => (x === y ? compareBytes(b, a) : y - x));
    for (const [i, [document, score]] of ordered.entries()) {
      yield `${query} Q0 ${document} ${i + 1} ${score} ${tag}`;
    }
  }
}

/**
 * Lines of a qrels file.
 *
 * @yields one line per judgement, without line breaks.
 */
export function* formatQrels(qrels: Qrels): Generator<string> {
  for (const [query, documents] of qrels) {
    for (const [document, relevance] of documents) yield `${query} 0 ${document} ${relevance}`;
  }
}
