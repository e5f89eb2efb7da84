/**
 * A row as JSON whose last member is JSON text already. A judgement is the larger part of a row:
 * making its text once for the log and the rows halves an export.
 */
export function withMember(row: object, name: string, text: string): string {
  return `${JSON.stringify(row).slice(0, -1)},"${name}":${text}}`;
}

/** Lines that are JSON already. */
export function linesOf(lines: readonly string[]): string {
  return lines.map((line) => `${line}\n`).join("");
}

/** One JSON value per line. */
export function jsonl(rows: readonly unknown[]): string {
  return rows.map((row) => `${JSON.stringify(row)}\n`).join("");
}
