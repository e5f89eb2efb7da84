import { AppError } from "@/shared/lib/errors";

const MAX_FETCHED_BYTES = 30_000_000;
const FETCH_MS = 30_000;

/** Bytes of an answer; undefined as soon as there are more than `most`, whatever its head says. */
async function readAtMost(response: Response, most: number): Promise<BlobPart[] | undefined> {
  const stated = Number(response.headers.get("content-length") ?? 0);
  const reader = response.body?.getReader();
  const pieces: BlobPart[] = [];
  let size = 0;
  for (;;) {
    if (Math.max(stated, size) > most) {
      // A server that goes on sending is cut off; how it takes that is nobody's business.
      reader?.cancel(new DOMException("too large", "AbortError")).catch(() => undefined);
      return undefined;
    }
    const next = await reader?.read();
    if (next?.value === undefined) return pieces;
    pieces.push(next.value);
    size += next.value.byteLength;
  }
}

/**
 * A picture that a table names by its address. Nothing of the page goes along: no cookies, no referrer.
 *
 * @param address - over https.
 * @param most - bytes after which reading stops.
 * @throws {AppError} asset-fetch when its server does not answer in time, does not allow other sites to
 *   read, or sends more than `most` bytes.
 */
export async function fetchImage(address: string, most = MAX_FETCHED_BYTES): Promise<Blob> {
  const fail = (reason: string, cause?: unknown) =>
    new AppError(
      "asset-fetch",
      `${address}: ${reason}. Its server must allow other sites to read it (CORS); or put the file into the folder.`,
      { cause },
    );
  let response: Response;
  let pieces: BlobPart[] | undefined;
  try {
    response = await fetch(address, {
      credentials: "omit",
      referrerPolicy: "no-referrer",
      signal: AbortSignal.timeout(FETCH_MS),
    });
    pieces = response.ok ? await readAtMost(response, most) : [];
  } catch (error) {
    throw fail("cannot be fetched", error);
  }
  if (!response.ok) {
    void response.body?.cancel().catch(() => undefined);
    throw fail(`answered ${response.status}`);
  }
  if (pieces === undefined) throw fail(`is larger than ${most} bytes`);
  return new Blob(pieces, { type: response.headers.get("content-type") ?? "" });
}
