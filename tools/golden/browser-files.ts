/** Golden files from the test server, which serves the repository. */
export async function readGoldenFile(file: string): Promise<Uint8Array> {
  const response = await fetch(new URL(`./data/${file}`, import.meta.url));
  if (!response.ok) throw new Error(`golden file ${file}: HTTP ${response.status}`);
  return new Uint8Array(await response.arrayBuffer());
}
