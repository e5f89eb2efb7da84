import { afterEach, describe, expect, test } from "vitest";
import { AppError } from "@/shared/lib/errors";
import type { ModelSummary, RequestName } from "../protocol/messages";
import type { Handlers } from "../worker/handler";
import { serve } from "../worker/serve";
import { createWorkerClient, type WorkerConnection } from "./worker-client";

const MODEL = { id: "m", revision: "1" };

const ports: MessagePort[] = [];
afterEach(() => {
  for (const port of ports.splice(0)) port.close();
});

function channel(): { page: MessagePort; worker: MessagePort } {
  const { port1: page, port2: worker } = new MessageChannel();
  ports.push(page, worker);
  page.start();
  worker.start();
  return { page, worker };
}

/** Handlers of which only the given ones are expected. */
function handlersOf(given: Partial<Handlers>): Handlers {
  const unexpected = (): Promise<never> => Promise.reject(new Error("not expected in this test"));
  return new Proxy(given, {
    get: (target, name) => target[name as RequestName] ?? unexpected,
  }) as Handlers;
}

interface Harness {
  readonly client: ReturnType<typeof createWorkerClient>;
  readonly workers: number;
  fail(problem: string): void;
}

function connect(given: Partial<Handlers>): Harness {
  let workers = 0;
  let fail: (problem: string) => void = () => undefined;
  const client = createWorkerClient((): WorkerConnection => {
    workers += 1;
    const { page, worker } = channel();
    serve(worker, handlersOf(given));
    return {
      endpoint: page,
      onFailure: (listener) => (fail = listener),
      close: () => page.close(),
    };
  });
  return {
    client,
    get workers() {
      return workers;
    },
    fail: (problem) => fail(problem),
  };
}

/** A promise with its handles outside. */
function deferred<T = void>(): { promise: Promise<T>; resolve: (value: T) => void } {
  let resolve: (value: T) => void = () => undefined;
  const promise = new Promise<T>((done) => (resolve = done));
  return { promise, resolve };
}

const untilAborted = (signal: AbortSignal): Promise<never> =>
  new Promise((_resolve, reject) => {
    // oxlint-disable-next-line typescript/prefer-promise-reject-errors -- the signal's reason, as is
    signal.addEventListener("abort", () => reject(signal.reason));
  });

test("no worker starts before the first call, and one serves them all", async () => {
  const harness = connect({ "models/card": (ref) => Promise.resolve(`card of ${ref.id}`) });
  expect(harness.workers).toBe(0);
  expect(await harness.client.call("models/card", MODEL)).toBe("card of m");
  expect(await harness.client.call("models/card", MODEL)).toBe("card of m");
  expect(harness.workers).toBe(1);
});

test("events arrive in order before the result", async () => {
  const { client } = connect({
    "models/load": (_params, { emit }) => {
      for (const done of [1, 2, 3]) emit({ step: "load", unit: "bytes", done });
      return Promise.resolve({} as ModelSummary);
    },
  });
  const seen: number[] = [];
  await client.call("models/load", MODEL, { onEvent: ({ done }) => seen.push(done) });
  expect(seen).toEqual([1, 2, 3]);
});

test("typed arrays are moved to the page", async () => {
  const scores = new Float32Array([0.5, 0.25]);
  const { client } = connect({
    "search/top-k": () => Promise.resolve({ indices: new Int32Array([1, 0]), scores }),
  });
  const params = { gallery: 1, queries: new Float32Array(), k: 2 };
  const result = await client.call("search/top-k", params);
  expect([...result.scores]).toEqual([0.5, 0.25]);
  expect(scores.byteLength).toBe(0);
});

test("an AppError is rebuilt with its code and details; a defect keeps its message", async () => {
  const { client } = connect({
    "models/card": () =>
      Promise.reject(new AppError("asset-fetch", "no network", { details: { url: "u" } })),
    "models/list": () => Promise.reject(new TypeError("x is undefined")),
  });
  const failing = client.call("models/card", MODEL);
  await expect(failing).rejects.toBeInstanceOf(AppError);
  await expect(failing).rejects.toMatchObject({
    code: "asset-fetch",
    retryable: true,
    details: { url: "u" },
  });
  await expect(client.call("models/list", undefined)).rejects.toThrow("x is undefined");
});

test("a result that cannot be cloned is an error of that call only", async () => {
  const { client } = connect({
    "models/card": () => Promise.resolve((() => 1) as unknown as string),
    "models/list": () => Promise.resolve([]),
  });
  await expect(client.call("models/card", MODEL)).rejects.toThrow(/clone/);
  expect(await client.call("models/list", undefined)).toEqual([]);
});

describe("cancelling", () => {
  test("while running rejects with the signal's reason and aborts the handler", async () => {
    const [started, stopped] = [deferred(), deferred<unknown>()];
    const { client } = connect({
      "models/load": async (_params, { signal }) => {
        started.resolve();
        return await untilAborted(signal).catch((reason: unknown) => {
          stopped.resolve(reason);
          throw reason;
        });
      },
    });
    const abort = new AbortController();
    const loading = client.call("models/load", MODEL, { signal: abort.signal });
    await started.promise;
    const reason = new Error("changed my mind");
    abort.abort(reason);
    await expect(loading).rejects.toBe(reason);
    expect(await stopped.promise).toMatchObject({ name: "AbortError" });
  });

  test("while waiting means that the handler never runs", async () => {
    const [started, finish] = [deferred(), deferred()];
    const ran: string[] = [];
    const { client } = connect({
      "models/load": async ({ id }) => {
        ran.push(id);
        started.resolve();
        await finish.promise;
        return {} as ModelSummary;
      },
    });
    const first = client.call("models/load", { id: "first", revision: "1" });
    await started.promise;
    const abort = new AbortController();
    const second = client.call("models/load", { id: "second", revision: "1" }, abort);
    const third = client.call("models/load", { id: "third", revision: "1" });
    abort.abort();
    await expect(second).rejects.toMatchObject({ name: "AbortError" });
    finish.resolve();
    await Promise.all([first, third]);
    expect(ran).toEqual(["first", "third"]);
  });

  test("before the call sends nothing", async () => {
    const harness = connect({});
    await expect(
      harness.client.call("models/card", MODEL, { signal: AbortSignal.abort() }),
    ).rejects.toMatchObject({ name: "AbortError" });
  });
});

test("interactive requests overtake batch ones, also in the middle of a batch that gives way", async () => {
  const order: string[] = [];
  const [started, go] = [deferred(), deferred()];
  const { client } = connect({
    "encode/batch": async ({ model }, { giveWay }) => {
      order.push(`${model.id} begins`);
      started.resolve();
      await go.promise;
      await giveWay();
      order.push(`${model.id} ends`);
      return { vectors: new Float32Array(), dimension: 0, failures: [] };
    },
    "models/load": ({ id }) => {
      order.push(id);
      return Promise.resolve({} as ModelSummary);
    },
  });
  const encode = (id: string): Promise<unknown> =>
    client.call("encode/batch", { model: { id, revision: "1" }, items: [] }, { priority: "batch" });
  const batches = [encode("batch 1"), encode("batch 2")];
  await started.promise;
  const interactive = client.call("models/load", { id: "interactive", revision: "1" });
  // The worker has received it when it answers a later direct request with an error.
  await client.call("models/card", MODEL).catch(() => undefined);
  go.resolve();
  await Promise.all([...batches, interactive]);
  expect(order).toEqual([
    "batch 1 begins",
    "interactive",
    "batch 1 ends",
    "batch 2 begins",
    "batch 2 ends",
  ]);
});

test("direct requests are answered while the engine is busy", async () => {
  const finish = deferred();
  const { client } = connect({
    "models/load": async () => {
      await finish.promise;
      return {} as ModelSummary;
    },
    "models/card": () => Promise.resolve("text"),
  });
  const loading = client.call("models/load", MODEL);
  expect(await client.call("models/card", MODEL)).toBe("text");
  finish.resolve();
  await loading;
});

describe("a worker that fails", () => {
  test("rejects every open call; the next call starts a new worker", async () => {
    const started = deferred();
    const harness = connect({
      "models/load": async (_params, { signal }) => {
        started.resolve();
        return await untilAborted(signal);
      },
      "models/card": () => Promise.resolve("text"),
    });
    const loading = harness.client.call("models/load", MODEL);
    await started.promise;
    harness.fail("out of memory");
    await expect(loading).rejects.toMatchObject({ code: "protocol", retryable: true });
    await expect(loading).rejects.toThrow(/out of memory/);
    expect(await harness.client.call("models/card", MODEL)).toBe("text");
    expect(harness.workers).toBe(2);
  });

  test("before its greeting rejects the call that started it", async () => {
    const { page } = channel();
    const client = createWorkerClient(() => ({
      endpoint: page,
      onFailure: (listener) => setTimeout(() => listener("script not found"), 5),
      close: () => page.close(),
    }));
    await expect(client.call("models/list", undefined)).rejects.toThrow(/script not found/);
  });
});

describe("version skew", () => {
  test("a worker of another version is refused with the advice to reload", async () => {
    const { page, worker } = channel();
    const client = createWorkerClient(() => ({
      endpoint: page,
      onFailure: () => undefined,
      close: () => page.close(),
    }));
    const call = client.call("models/list", undefined);
    worker.postMessage({ v: 999, id: 0, kind: "ready" });
    await expect(call).rejects.toMatchObject({ code: "protocol" });
    await expect(call).rejects.toThrow(/Reload the page/);
  });

  test("the worker refuses a page of another version", async () => {
    const { page, worker } = channel();
    serve(worker, handlersOf({}));
    const answer = new Promise<unknown>((resolve) => {
      page.addEventListener("message", ({ data }) => {
        if ((data as { kind: string }).kind === "error") resolve(data);
      });
    });
    page.postMessage({ v: 999, id: 7, kind: "call", name: "models/list" });
    expect(await answer).toMatchObject({ id: 7, error: { code: "protocol" } });
  });

  test("an unknown request is a protocol error", async () => {
    const { client } = connect({});
    await expect(client.call("no/such" as "models/list", undefined)).rejects.toMatchObject({
      code: "protocol",
    });
  });
});

test("closing the client rejects open calls and refuses new ones", async () => {
  const { client } = connect({
    "models/load": async (_params, { signal }) => await untilAborted(signal),
  });
  const loading = client.call("models/load", MODEL);
  setTimeout(() => client.dispose(), 5);
  await expect(loading).rejects.toMatchObject({ name: "AbortError" });
  await expect(client.call("models/load", MODEL)).rejects.toMatchObject({ name: "AbortError" });
});
