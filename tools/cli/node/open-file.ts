import { openAsBlob } from "node:fs";
import { stat } from "node:fs/promises";
import { AppError, messageOf } from "@/shared/lib/errors";

/**
 * A file as a Blob; its bytes are read when they are needed.
 *
 * @throws AppError `input-decode` when it cannot be read.
 */
export async function openFile(path: string): Promise<Blob> {
  try {
    // openAsBlob reports every problem alike, and throws instead of rejecting.
    if (!(await stat(path)).isFile()) throw new Error("it is not a file");
    return await openAsBlob(path);
  } catch (error) {
    throw new AppError("input-decode", `${path} cannot be read: ${messageOf(error)}`, {
      details: { path },
      cause: error,
    });
  }
}
