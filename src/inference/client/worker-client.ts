import { AppError } from "@/shared/lib/errors";
import type { Endpoint } from "../protocol/endpoint";
import { fromWire } from "../protocol/errors";
import {
  PROTOCOL_VERSION,
  type FromWorker,
  type ParamsOf,
  type RequestName,
  type ResultOf,
  type ToWorker,
} from "../protocol/messages";
import type { CallOptions, InferenceClient } from "./inference-client";

/** A running worker as the client needs it. */
export interface WorkerConnection {
  readonly endpoint: Endpoint;
  /** Calls back when the worker can no longer answer: it failed to load, or crashed. */
  onFailure(listener: (problem: string) => void): void;
  close(): void;
}

interface Pending {
  readonly resolve: (result: unknown) => void;
  readonly reject: (reason: unknown) => void;
  readonly onEvent?: (event: unknown) => void;
}

const STOPPED = "The inference worker has stopped. Try again; it starts anew.";

/** One worker, from its start to its end; after a failure a new one is made. */
class Session {
  /** Resolves at the worker's greeting; rejects when it fails before. */
  readonly ready: Promise<void>;
  private readonly connection: WorkerConnection;
  private readonly pending = new Map<number, Pending>();
  private nextId = 1;
  private failure: Error | undefined;
  private setReady: () => void = () => undefined;
  private failReady: (reason: Error) => void = () => undefined;
  private readonly onEnd: () => void;

  constructor(connection: WorkerConnection, onEnd: () => void) {
    this.connection = connection;
    this.onEnd = onEnd;
    this.ready = new Promise((resolve, reject) => {
      this.setReady = resolve;
      this.failReady = reject;
    });
    // Every call awaits `ready` itself; without a call its failure is nobody's business.
    this.ready.catch(() => undefined);
    connection.endpoint.addEventListener("message", this.receive);
    connection.onFailure((problem) => {
      this.end(new AppError("protocol", `${STOPPED} (${problem})`, { retryable: true }));
    });
  }

  private readonly receive = ({ data }: MessageEvent): void => {
    const message = data as FromWorker;
    if (message.v !== PROTOCOL_VERSION) {
      this.end(
        new AppError(
          "protocol",
          `The page speaks protocol ${PROTOCOL_VERSION}, the worker ${String(message.v)}: a new version was installed. Reload the page.`,
          { details: { page: PROTOCOL_VERSION, worker: message.v } },
        ),
      );
      return;
    }
    if (message.kind === "ready") {
      this.setReady();
      return;
    }
    const pending = this.pending.get(message.id);
    // An answer to a call that was cancelled meanwhile.
    if (pending === undefined) return;
    if (message.kind === "event") {
      pending.onEvent?.(message.event);
      return;
    }
    this.pending.delete(message.id);
    if (message.kind === "result") pending.resolve(message.result);
    else pending.reject(fromWire(message.error));
  };

  end(reason: Error): void {
    if (this.failure !== undefined) return;
    this.failure = reason;
    this.connection.endpoint.removeEventListener("message", this.receive);
    this.connection.close();
    this.failReady(reason);
    const waiting = [...this.pending.values()];
    this.pending.clear();
    for (const { reject } of waiting) reject(reason);
    this.onEnd();
  }

  private post(message: ToWorker, transfer: readonly Transferable[] = []): void {
    this.connection.endpoint.postMessage(message, [...transfer]);
  }

  async call(
    name: RequestName,
    params: unknown,
    options: CallOptions<RequestName>,
  ): Promise<unknown> {
    const { signal, priority = "interactive", transfer } = options;
    signal?.throwIfAborted();
    const id = this.nextId++;
    return await new Promise((resolve, reject) => {
      const cancel = (): void => {
        this.pending.delete(id);
        this.post({ v: PROTOCOL_VERSION, id, kind: "cancel", reason: String(signal?.reason) });
        // oxlint-disable-next-line typescript/prefer-promise-reject-errors -- the signal's reason, as is
        reject(signal?.reason);
      };
      const settle = (): void => signal?.removeEventListener("abort", cancel);
      this.pending.set(id, {
        resolve: (result) => {
          settle();
          resolve(result);
        },
        reject: (reason) => {
          settle();
          // oxlint-disable-next-line typescript/prefer-promise-reject-errors -- rebuilt by fromWire
          reject(reason);
        },
        ...(options.onEvent === undefined
          ? {}
          : { onEvent: options.onEvent as (event: unknown) => void }),
      });
      signal?.addEventListener("abort", cancel, { once: true });
      const call = { v: PROTOCOL_VERSION, id, kind: "call", name, params, priority };
      this.post(call as ToWorker, transfer);
    });
  }
}

/** Rejects as soon as `signal` is aborted, even while `promise` goes on. */
async function orAborted<T>(promise: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (signal === undefined) return await promise;
  signal.throwIfAborted();
  let stop: () => void = () => undefined;
  const aborted = new Promise<never>((_resolve, reject) => {
    // oxlint-disable-next-line typescript/prefer-promise-reject-errors -- the signal's reason, as is
    stop = () => reject(signal.reason);
    signal.addEventListener("abort", stop, { once: true });
  });
  try {
    return await Promise.race([promise, aborted]);
  } finally {
    signal.removeEventListener("abort", stop);
  }
}

/**
 * The page's side of the inference worker. The worker starts at the first call; when it fails, every
 * open call rejects, and the next call starts a new one.
 *
 * @param connect - starts a worker.
 */
export function createWorkerClient(connect: () => WorkerConnection): InferenceClient {
  let session: Session | undefined;
  let isDisposed = false;
  const open = (): Session => {
    if (isDisposed) throw new DOMException("The client is closed.", "AbortError");
    if (session !== undefined) return session;
    const opened: Session = new Session(connect(), () => {
      if (session === opened) session = undefined;
    });
    session = opened;
    return opened;
  };
  return {
    async call<K extends RequestName>(
      name: K,
      params: ParamsOf<K>,
      options: CallOptions<K> = {},
    ): Promise<ResultOf<K>> {
      const current = open();
      await orAborted(current.ready, options.signal);
      const result = current.call(name, params, options as CallOptions<RequestName>);
      return (await result) as ResultOf<K>;
    },
    dispose() {
      isDisposed = true;
      session?.end(new DOMException("The client is closed.", "AbortError"));
    },
  };
}
