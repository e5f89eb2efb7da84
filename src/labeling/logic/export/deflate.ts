/** Text that was compressed as it came. */
export interface Deflated {
  /** Raw deflate data. */
  readonly blob: Blob;
  /** CRC-32 and length in bytes of what was compressed. */
  readonly crc32: number;
  readonly size: number;
}

/** Compresses one file; what `write` takes is no longer the caller's. */
export interface Deflater {
  /** Resolves when there is room for more. */
  readonly write: (chunk: Uint8Array<ArrayBuffer>) => Promise<void>;
  readonly finish: () => Promise<Deflated>;
}

/** Bytes that may wait to be compressed: the platform can do it while the next ones are written. */
const WAITING = 4 << 20;

/** Bytes before and after the deflate data of a gzip member without a name (RFC 1952). */
const GZIP_HEADER = 10;
const GZIP_TRAILER = 8;

/** Deflate data, checksum and length from a gzip member as CompressionStream writes it. */
async function ofGzip(gzip: Blob): Promise<Deflated> {
  const end = gzip.size - GZIP_TRAILER;
  const trailer = new DataView(await gzip.slice(end).arrayBuffer());
  return {
    blob: gzip.slice(GZIP_HEADER, end),
    crc32: trailer.getUint32(0, true),
    size: trailer.getUint32(4, true),
  };
}

/**
 * Compresses with the platform's own zlib, which counts the checksum as well. A file is at most
 * 4 GiB: the length that gzip states is taken modulo 2³².
 */
export function createDeflater(): Deflater {
  const { readable, writable } = new CompressionStream("gzip");
  const writer = writable.getWriter();
  const whole = new Response(readable).blob();
  let waiting = 0;
  return {
    async write(chunk) {
      const { byteLength } = chunk;
      waiting += byteLength;
      // A failure shows in `whole`; nobody waits for each single chunk.
      const taken = writer
        .write(chunk)
        .catch(() => undefined)
        .then(() => (waiting -= byteLength));
      if (waiting > WAITING) await taken;
    },
    async finish() {
      await writer.close();
      return await ofGzip(await whole);
    },
  };
}
