/** Two objects, as JSON, in one. The second one has members. */
export function withMembers(row: object, more: string): string {
  return `${JSON.stringify(row).slice(0, -1)},${more.slice(1)}`;
}

/** An object as JSON with one more member, whose value is JSON text already. */
export function withMember(json: string, name: string, text: string): string {
  return `${json.slice(0, -1)},"${name}":${text}}`;
}
