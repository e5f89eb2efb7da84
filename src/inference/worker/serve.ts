import { AppError } from "@/shared/lib/errors";
import type { Endpoint } from "../protocol/endpoint";
import { toWire } from "../protocol/errors";
import {
  PROTOCOL_VERSION,
  type EventOf,
  type FromWorker,
  type RequestName,
  type ToWorker,
} from "../protocol/messages";
import { LANES, type Handler, type Handlers } from "./handler";
import { JobQueue, type Turn } from "./job-queue";

type Call = Extract<ToWorker, { kind: "call" }>;

/** Buffers of the typed arrays in a result: they are moved, not copied. */
function transferables(value: unknown, depth = 0): ArrayBuffer[] {
  if (ArrayBuffer.isView(value)) {
    const { buffer, byteLength } = value;
    const isWhole = buffer instanceof ArrayBuffer && buffer.byteLength === byteLength;
    return isWhole ? [buffer] : [];
  }
  if (depth >= 3 || typeof value !== "object" || value === null) return [];
  return Object.values(value).flatMap((part) => transferables(part, depth + 1));
}

const DIRECT_TURN: Turn = { giveWay: () => Promise.resolve() };

/**
 * Answers requests that arrive at `endpoint` until the returned function is called. Greets first, so
 * that the page can compare versions.
 */
export function serve(endpoint: Endpoint, handlers: Handlers): () => void {
  const queue = new JobQueue();
  const running = new Map<number, AbortController>();

  const post = (message: FromWorker, transfer: Transferable[] = []): void =>
    endpoint.postMessage(message, transfer);

  const handle = async <K extends RequestName>(name: K, call: Call, signal: AbortSignal) => {
    if (!Object.hasOwn(LANES, name)) {
      throw new AppError("protocol", `The worker does not know the request "${String(name)}".`);
    }
    const handler = handlers[name] as Handler<K>;
    const run = (turn: Turn): Promise<unknown> => {
      signal.throwIfAborted();
      const emit = (event: EventOf<K>): void => {
        if (!signal.aborted) post({ v: PROTOCOL_VERSION, id: call.id, kind: "event", event });
      };
      return handler(call.params as Parameters<Handler<K>>[0], {
        signal,
        emit,
        giveWay: () => turn.giveWay(),
      });
    };
    return LANES[name] === "direct"
      ? await run(DIRECT_TURN)
      : await queue.run(call.priority, signal, async (turn) => await run(turn));
  };

  const answer = async (call: Call): Promise<void> => {
    const abort = new AbortController();
    running.set(call.id, abort);
    const envelope = { v: PROTOCOL_VERSION, id: call.id } as const;
    try {
      const result = await handle(call.name, call, abort.signal);
      post({ ...envelope, kind: "result", result }, [...new Set(transferables(result))]);
    } catch (error) {
      post({ ...envelope, kind: "error", error: toWire(error) });
    } finally {
      running.delete(call.id);
    }
  };

  const receive = ({ data }: MessageEvent): void => {
    const message = data as ToWorker;
    if (message.v !== PROTOCOL_VERSION) {
      const error = new AppError(
        "protocol",
        `The worker speaks protocol ${PROTOCOL_VERSION}, the page ${String(message.v)}. Reload the page.`,
      );
      post({ v: PROTOCOL_VERSION, id: message.id, kind: "error", error: toWire(error) });
      return;
    }
    if (message.kind === "cancel") {
      running.get(message.id)?.abort(new DOMException(message.reason, "AbortError"));
    } else {
      void answer(message);
    }
  };

  endpoint.addEventListener("message", receive);
  post({ v: PROTOCOL_VERSION, id: 0, kind: "ready" });
  return () => {
    endpoint.removeEventListener("message", receive);
    for (const abort of running.values()) {
      abort.abort(new DOMException("The worker is closing.", "AbortError"));
    }
  };
}
