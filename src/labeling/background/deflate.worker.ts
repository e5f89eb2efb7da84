import { createDeflater, type Deflater } from "../logic/export/deflate";
import { plainError, type DeflateAnswer, type DeflateRequest } from "./messages";

/** Compresses the files of an export while another worker writes them. */

const files = new Map<number, Deflater>();

function say(answer: DeflateAnswer): void {
  postMessage(answer);
}

async function answer({ file, chunk }: DeflateRequest): Promise<void> {
  const deflater = files.get(file) ?? createDeflater();
  files.set(file, deflater);
  if (chunk === undefined) {
    files.delete(file);
    return say({ file, deflated: await deflater.finish() });
  }
  const { byteLength } = chunk;
  await deflater.write(chunk);
  say({ file, taken: byteLength });
}

addEventListener("message", ({ data }: MessageEvent<DeflateRequest>) => {
  answer(data).catch((error: unknown) => say({ file: data.file, error: plainError(error) }));
});
