/** A file of an export. */
export interface ExportFile {
  readonly path: string;
  readonly content: string | Blob;
}

/**
 * A part of a file: text that goes on where the file ends so far, or a whole binary file. Exports
 * come as pieces, so that no file is ever in memory as one text.
 */
export type Piece = readonly [path: string, content: string | Blob];
export type Pieces = Iterable<Piece> | AsyncIterable<Piece>;

/**
 * Lines that are JSON already.
 *
 * @yields the empty file, so that it is there without lines too, then line after line.
 */
export function* linesIn(path: string, lines: Iterable<string>): Generator<Piece> {
  yield [path, ""];
  for (const line of lines) yield [path, `${line}\n`];
}

/** The whole files that pieces make. */
export async function filesOf(pieces: Pieces): Promise<ExportFile[]> {
  const files = new Map<string, string[] | Blob>();
  const take = ([path, content]: Piece) => {
    const known = files.get(path);
    if (typeof content !== "string") files.set(path, content);
    else if (Array.isArray(known)) known.push(content);
    else files.set(path, [content]);
  };
  // Waiting for every line would take longer than writing it.
  if (Symbol.iterator in pieces) for (const piece of pieces) take(piece);
  else for await (const piece of pieces) take(piece);
  return [...files].map(([path, content]) => ({
    path,
    content: Array.isArray(content) ? content.join("") : content,
  }));
}
