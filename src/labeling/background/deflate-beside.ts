import { AppError } from "@/shared/lib/errors";
import type { Deflated, Deflater } from "../logic/export/deflate";
import type { DeflateAnswer, DeflateRequest } from "./messages";

/** Bytes on their way to the other worker before the writer waits. */
const ON_THE_WAY = 4 << 20;

export interface DeflateBeside {
  readonly make: () => Deflater;
  /** Ends the worker; files that are not finished are lost. */
  readonly close: () => void;
}

/** Compresses in a worker of its own, so that an export is written and compressed at once. */
export function createDeflateBeside(): DeflateBeside {
  const worker = new Worker(new URL("deflate.worker.ts", import.meta.url), { type: "module" });
  const finished = new Map<number, PromiseWithResolvers<Deflated>>();
  let failure: Error | undefined;
  let onTheWay = 0;
  let count = 0;
  let room: PromiseWithResolvers<void> | undefined;

  function fail(message: string): void {
    failure = new AppError("unsupported", `Compressing the export failed (${message}).`);
    room?.reject(failure);
    for (const { reject } of finished.values()) reject(failure);
  }
  worker.addEventListener("error", ({ message }) => fail(message));
  worker.addEventListener("message", ({ data }: MessageEvent<DeflateAnswer>) => {
    if ("error" in data) return fail(data.error.message);
    if ("deflated" in data) return finished.get(data.file)?.resolve(data.deflated);
    onTheWay -= data.taken;
    if (onTheWay >= ON_THE_WAY) return;
    room?.resolve();
    room = undefined;
  });
  return {
    make() {
      const file = count++;
      return {
        async write(chunk) {
          if (failure !== undefined) throw failure;
          onTheWay += chunk.byteLength;
          worker.postMessage({ file, chunk } satisfies DeflateRequest, [chunk.buffer]);
          if (onTheWay < ON_THE_WAY) return;
          room ??= Promise.withResolvers();
          await room.promise;
        },
        async finish() {
          if (failure !== undefined) throw failure;
          const end = Promise.withResolvers<Deflated>();
          finished.set(file, end);
          worker.postMessage({ file, chunk: undefined } satisfies DeflateRequest);
          return await end.promise;
        },
      };
    },
    close: () => worker.terminate(),
  };
}
