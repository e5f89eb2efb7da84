// The decoder behind read-rows.ts, in a file of its own so that pages load it only for a Parquet file.
import { parquetMetadataAsync, parquetReadObjects, type FileMetaData } from "hyparquet";
import { compressors, decompressZstd } from "hyparquet-compressors";
import { parquetHeader } from "hyparquet/src/column.js";
import { decompressPage } from "hyparquet/src/datapage.js";
import { deltaBinaryUnpack } from "hyparquet/src/delta.js";
import type { PageTools } from "./page-check";

export interface ByteSource {
  readonly byteLength: number;
  readonly slice: (start: number, end?: number) => Promise<ArrayBuffer>;
}

// The package's own Zstandard believes the size that the compressed bytes claim; this one takes the
// checked size of the page header.
const CODECS: typeof compressors = {
  ...compressors,
  ZSTD: (input, size) => decompressZstd(input, new Uint8Array(size)),
};

export const PAGE_TOOLS: PageTools = {
  header: parquetHeader,
  decompress: (bytes, size, codec) => decompressPage(bytes, size, codec, CODECS),
  unpackDelta: (page, at, out) => {
    const view = new DataView(page.buffer, page.byteOffset, page.byteLength);
    const reader = { view, offset: at };
    deltaBinaryUnpack(reader, out.length, out);
    return reader.offset;
  },
};

export async function readFooter(file: ByteSource): Promise<FileMetaData> {
  return await parquetMetadataAsync(file, { geoparquet: false });
}

/** Rows `start` to `end` (exclusive). `isText`: byte columns without a declared type become text. */
export async function decodeRows(
  file: ByteSource,
  metadata: FileMetaData,
  { start, end, isText }: { start: number; end: number; isText: boolean },
): Promise<Record<string, unknown>[]> {
  return await parquetReadObjects({
    file,
    metadata,
    compressors: CODECS,
    rowStart: start,
    rowEnd: end,
    utf8: isText,
  });
}
