/** A row as JSON whose last member is JSON text already. */
export function withMember(row: object, name: string, text: string): string {
  return `${JSON.stringify(row).slice(0, -1)},"${name}":${text}}`;
}

/**
 * Lines that are JSON already. Rows come one by one: held all at once, the collector would copy
 * 50,000 of them about and take longer than the writing.
 */
export function linesOf(lines: Iterable<string>): string {
  const all = [...lines];
  return all.length === 0 ? "" : `${all.join("\n")}\n`;
}

/** One JSON value per line. */
export function jsonl(rows: readonly unknown[]): string {
  return rows.map((row) => `${JSON.stringify(row)}\n`).join("");
}
