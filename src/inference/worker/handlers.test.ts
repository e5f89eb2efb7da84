import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { afterAll, beforeEach, describe, expect, test } from "vitest";
import { parseReasoning } from "@/domain/reasoning-text";
import { AppError } from "@/shared/lib/errors";
import { systemClock } from "@/shared/lib/system-clock";
import { createNodeEngineHost } from "@tools/cli/node/engines";
import { decodeImageInNode } from "@tools/cli/node/decode-image";
import { createMemoryStore } from "../assets/chunked-file";
import { createWorkerClient } from "../client/worker-client";
import type { Engine, LoadedModel } from "../engines/engine";
import type { PairEvent } from "../protocol/messages";
import { runSelfTest } from "../engines/self-test";
import { createHandlers, type WorkerEnvironment } from "./create-handlers";
import { EngineHost } from "./engine-host";
import { serve } from "./serve";

const MODELS = new URL("../../../tools/fixtures/models/", import.meta.url);
const IMAGES = new URL("../images/fixtures/decode/", import.meta.url);
const SELECTOR = { id: "tiny-selector", revision: "1" };
const ENCODER = { id: "tiny-encoder", revision: "1" };
const SHIPPED = "https://studio.test/models/";

/** Serves tools/fixtures/models as the studio serves public/models. */
const serveFixtures = (async (input: string, init?: RequestInit) => {
  init?.signal?.throwIfAborted();
  const path = input.slice(SHIPPED.length);
  const bytes = await readFile(fileURLToPath(new URL(path, MODELS))).catch(() => undefined);
  return new Response(bytes === undefined ? null : new Uint8Array(bytes), {
    status: bytes === undefined ? 404 : 200,
  });
}) as typeof fetch;

async function image(name: string): Promise<Blob> {
  return new Blob([new Uint8Array(await readFile(fileURLToPath(new URL(name, IMAGES))))]);
}

function environment(
  engines: EngineHost,
  registry: Partial<WorkerEnvironment["registry"]>,
): WorkerEnvironment {
  return {
    registry: {
      fetch: serveFixtures,
      shippedUrl: SHIPPED,
      store: createMemoryStore(),
      memory: createMemoryStore(),
      clock: systemClock,
      ...registry,
    },
    engines,
    decode: decodeImageInNode,
    clock: systemClock,
    breathe: () => new Promise((resolve) => setImmediate(resolve)),
  };
}

const open: MessagePort[] = [];
afterAll(() => {
  for (const port of open) port.close();
});

function connect(
  engines: EngineHost,
  registry: Partial<WorkerEnvironment["registry"]> = {},
): ReturnType<typeof createWorkerClient> {
  const { port1, port2 } = new MessageChannel();
  open.push(port1, port2);
  port1.start();
  port2.start();
  return createWorkerClient(() => {
    serve(port2, createHandlers(environment(engines, registry)));
    return { endpoint: port1, onFailure: () => undefined, close: () => port1.close() };
  });
}

let client: ReturnType<typeof createWorkerClient>;
beforeEach(() => {
  client = connect(createNodeEngineHost("ort-node"));
});

async function pair(title = "Rain jacket") {
  return {
    model: SELECTOR,
    imageA: await image("420.jpg"),
    imageB: await image("lossless.webp"),
    title,
    queries: ["hiking jacket"],
    language: "en" as const,
  };
}

test("lists shipped models, loads one, and knows then that it is cached", async () => {
  const listed = await client.call("models/list", undefined);
  expect(listed.map(({ id, cached }) => [id, cached])).toEqual([
    ["tiny-selector", false],
    ["tiny-encoder", false],
  ]);
  const steps = new Set<string>();
  const loaded = await client.call("models/load", ENCODER, {
    onEvent: ({ step }) => steps.add(step),
  });
  expect(loaded).toMatchObject({ id: "tiny-encoder", cached: true, source: "shipped" });
  expect(steps).toContain("download");
  expect(await client.call("models/card", ENCODER)).toContain("Random weights");
  await client.call("models/remove", ENCODER);
  const after = await client.call("models/list", undefined);
  expect(after.every(({ cached }) => !cached)).toBe(true);
});

test("says so when a full disk keeps a model's weights in memory only", async () => {
  const full = { freeBytes: () => Promise.resolve(0) };
  const cramped = connect(createNodeEngineHost("ort-node"), full);
  const loaded = await cramped.call("models/load", ENCODER);
  expect(loaded).toMatchObject({ isInMemoryOnly: true, cached: false });
});

test("compares a pair in both orders and streams what it writes", async () => {
  const events: PairEvent[] = [];
  const request = await pair();
  const result = await client.call("compare/pair", request, { onEvent: (e) => events.push(e) });
  expect(result.engine).toBe("ort-node");
  expect(result.runs.map(({ order }) => order)).toEqual(["AB", "BA"]);
  const [ab, ba] = result.runs;
  expect(result.probabilityA).toBeCloseTo((ab.probabilityA + 1 - ba.probabilityA) / 2, 12);
  for (const run of result.runs) {
    expect(run.probabilityA).toBeGreaterThan(0);
    expect(run.probabilityA).toBeLessThan(1);
    expect(run.answers.q10).toMatch(/^[AB]$/);
    const { lines, label } = parseReasoning(run.text);
    expect(label).toBeDefined();
    const streamed = events.filter((e) => e.kind === "answer" && e.order === run.order);
    expect(streamed).toEqual(lines.map((line) => ({ kind: "answer", order: run.order, ...line })));
    const texts = events.filter((e) => e.kind === "text" && e.order === run.order);
    expect(run.text.startsWith((texts.at(-1) as { text: string }).text)).toBe(true);
  }
}, 120_000);

test("attention over both images is one distribution", async () => {
  const request = await pair();
  const text = "<think>\nQ1 NO\nQ2 NO\nQ3 A>B bright\n</think><answer>A</answer>";
  const ask = { ...request, text, question: "q3" } as const;
  const maps = await client.call("compare/attention", { ...ask, order: "AB" });
  expect(maps.shareA + maps.shareB).toBeCloseTo(1, 5);
  expect(maps.mapA).toHaveLength(maps.grid[0] * maps.grid[1]);
  await expect(
    client.call("compare/attention", { ...ask, order: "AB", question: "q9" }),
  ).rejects.toThrow(/no line for Q9/);
}, 60_000);

test("an image that cannot be read is named by its side", async () => {
  const request = await pair();
  const broken = { ...request, imageB: new Blob(["nothing"]) };
  await expect(client.call("compare/pair", broken)).rejects.toMatchObject({
    code: "input-decode",
    details: { side: "B" },
  });
});

test("an encoder is refused as selector, and an unknown model is not found", async () => {
  const request = await pair();
  await expect(client.call("compare/pair", { ...request, model: ENCODER })).rejects.toThrow(
    /choose a selector/,
  );
  const unknown = { id: "nobody", revision: "1" };
  await expect(client.call("models/load", unknown)).rejects.toMatchObject({ code: "asset-fetch" });
});

test("encodes a batch; failures leave the other rows alone", async () => {
  const items = [
    { text: "red jacket" },
    { image: new Blob(["x"]) },
    { image: await image("rgb.png") },
  ];
  const { vectors, dimension, failures } = await client.call("encode/batch", {
    model: ENCODER,
    items,
  });
  expect(failures.map(({ index, error }) => [index, error.code])).toEqual([[1, "input-decode"]]);
  const norm = (row: number): number =>
    Math.hypot(...vectors.subarray(row * dimension, (row + 1) * dimension));
  expect([norm(0), norm(1), norm(2)].map((value) => Math.round(value * 1e4) / 1e4)).toEqual([
    1, 0, 1,
  ]);
});

test.each(["ort-web", "cpu"] as const)(
  "--engine %s gives the vectors of onnxruntime-node",
  async (engine) => {
    const items = [{ text: "red jacket" }, { image: await image("rgb.png") }];
    const expected = await client.call("encode/batch", { model: ENCODER, items });
    const other = connect(createNodeEngineHost(engine));
    const { vectors } = await other.call("encode/batch", { model: ENCODER, items });
    expect((await other.call("engine/status", undefined)).active).toBe(engine);
    const largest = Math.max(...vectors.map((value, i) => Math.abs(value - expected.vectors[i]!)));
    expect(largest).toBeLessThan(1e-4);
  },
  120_000,
);

test("an explanation's shares sum to the similarity", async () => {
  const explanation = await client.call("explain/similarity", {
    model: ENCODER,
    query: { text: "red jacket" },
    candidate: { image: await image("420.jpg") },
  });
  const words = explanation.queryWords ?? [];
  expect(words.map(({ text }) => text)).toEqual(["red", "jacket"]);
  const total = words.reduce((sum, { weight }) => sum + weight, 0);
  expect(total).toBeCloseTo(explanation.similarity, 4);
  expect(explanation.candidatePatches).toHaveLength(explanation.grid[0] * explanation.grid[1]);
});

test("with an average, shares sum to what the similarity has above it", async () => {
  const items = [{ text: "blue hat" }, { text: "green mug" }];
  const block = await client.call("encode/batch", { model: ENCODER, items });
  const width = block.dimension;
  const candidate = block.vectors
    .slice(0, width)
    .map((value, i) => (value + block.vectors[width + i]!) / 2);
  const ask = { model: ENCODER, query: { text: "red jacket" }, candidate: { text: "blue hat" } };
  const { queryWords, similarity, queryToAverage, candidateToAverage } = await client.call(
    "explain/similarity",
    { ...ask, averages: { candidate } },
  );
  const total = queryWords!.reduce((sum, { weight }) => sum + weight, 0);
  expect(total).toBeCloseTo(similarity - queryToAverage!, 4);
  expect(candidateToAverage).toBeUndefined();
  const short = { candidate: candidate.slice(1) };
  await expect(client.call("explain/similarity", { ...ask, averages: short })).rejects.toThrow(
    /average has/,
  );
});

describe("adding a model", () => {
  const names = ["config.json", "preprocessor_config.json", "tokenizer.json", "model.safetensors"];
  const files = async (change: Record<string, string> = {}): Promise<File[]> =>
    await Promise.all(
      names.map(async (name) => {
        const path = fileURLToPath(new URL(`tiny-encoder/1/${name}`, MODELS));
        return new File([change[name] ?? new Uint8Array(await readFile(path))], name);
      }),
    );

  test("from files: it is listed and encodes", async () => {
    const added = await client.call("models/add", { id: "mine", files: await files() });
    expect(added).toMatchObject({ id: "mine", source: "user", task: "encoder", cached: true });
    const model = { id: added.id, revision: added.revision };
    const { vectors } = await client.call("encode/batch", { model, items: [{ text: "jacket" }] });
    expect(Math.hypot(...vectors)).toBeCloseTo(1, 5);
    const listed = await client.call("models/list", undefined);
    expect(listed.map(({ id }) => id)).toContain("mine");
  });

  test("a selector that calls itself smolvlm is the same architecture", async () => {
    const parts = [...names, "tokenizer_config.json"];
    const selector = await Promise.all(
      parts.map(async (name) => {
        const path = fileURLToPath(new URL(`tiny-selector/1/${name}`, MODELS));
        const bytes = await readFile(path);
        if (name !== "config.json") return new File([new Uint8Array(bytes)], name);
        const config = JSON.parse(bytes.toString()) as Record<string, unknown>;
        expect(config["model_type"]).toBe("idefics3");
        return new File([JSON.stringify({ ...config, model_type: "smolvlm" })], name);
      }),
    );
    const added = await client.call("models/add", { id: "smol", files: selector });
    expect(added.task).toBe("selector");
    const model = { id: added.id, revision: added.revision };
    const request = await pair();
    const [renamed, shipped] = [
      await client.call("compare/pair", { ...request, model }),
      await client.call("compare/pair", request),
    ];
    expect(renamed.runs.map(({ text }) => text)).toEqual(shipped.runs.map(({ text }) => text));
  }, 120_000);

  test("from an address", async () => {
    const added = await client.call("models/add", { id: "far", url: `${SHIPPED}tiny-encoder/1` });
    expect(added).toMatchObject({ id: "far", source: "user", task: "encoder" });
  });

  test.each([
    ["config.json", '{"model_type":"bert"}', /"bert" is not one of/],
    ["config.json", "{", /config\.json is not valid JSON/],
    ["model.safetensors", "short", /model\.safetensors/],
    ["tokenizer.json", "{}", /tokenizer\.json/],
  ])("with a wrong %s is refused and leaves nothing behind", async (name, content, message) => {
    const request = { id: "wrong", files: await files({ [name]: content }) };
    await expect(client.call("models/add", request)).rejects.toThrow(message);
    const listed = await client.call("models/list", undefined);
    expect(listed.map(({ id }) => id)).not.toContain("wrong");
  });

  test("under a name that would leave its folder is refused", async () => {
    const request = { id: "../evil", files: await files() };
    await expect(client.call("models/add", request)).rejects.toMatchObject({
      code: "input-invalid",
    });
  });
});

describe("a lost device", () => {
  /** An engine that loses its device at the n-th run of a program, once over all its copies. */
  function fragile(loseAt: number): { host: EngineHost; made: () => number } {
    let made = 0;
    let runs = 0;
    const create = async (): Promise<Engine> => {
      const inner = await createNodeEngineHost("ort-node").engine();
      made += 1;
      let lose: (reason: string) => void = () => undefined;
      const lost = new Promise<string>((resolve) => (lose = resolve));
      const wrap = (model: LoadedModel): LoadedModel => ({
        program: async (program) => {
          const loaded = await model.program(program);
          return {
            run: async (inputs, options) => {
              runs += 1;
              if (runs === loseAt) {
                lose("unplugged");
                throw new AppError("device-lost", "The GPU was lost: unplugged");
              }
              return await loaded.run(inputs, options);
            },
            dispose: () => loaded.dispose(),
          };
        },
        dispose: () => model.dispose(),
      });
      return {
        id: inner.id,
        lost,
        loadModel: async (weights, options) => wrap(await inner.loadModel(weights, options)),
        memory: () => inner.memory(),
        dispose: () => inner.dispose(),
      };
    };
    const check: ConstructorParameters<typeof EngineHost>[0]["check"] = (engine) =>
      Promise.resolve({ engine: engine.id, usable: true, checks: [], durationMs: 0 });
    const host = new EngineHost({ factories: [{ id: "ort-node", create }], check });
    return { host, made: () => made };
  }

  test("in the middle of a generation: rebuilt, loaded again, and the answer is the same", async () => {
    const request = await pair();
    const expected = await client.call("compare/pair", request);
    const { host, made } = fragile(40);
    const recovering = connect(host);
    const result = await recovering.call("compare/pair", request);
    expect(made()).toBe(2);
    expect(result.runs.map(({ text }) => text)).toEqual(expected.runs.map(({ text }) => text));
    expect(await recovering.call("engine/status", undefined)).toMatchObject({ deviceRebuilds: 1 });
  }, 240_000);
});

test("an engine after the one in use is tested on request, and the choice stays", async () => {
  const factories = (["ort-node", "cpu"] as const).map((id) => ({
    id,
    create: () => createNodeEngineHost(id).engine(),
  }));
  const check = (engine: Engine) => runSelfTest(engine, { now: () => performance.now() });
  const tested = connect(new EngineHost({ factories, check }));
  const before = await tested.call("engine/status", undefined);
  expect(before.active).toBe("ort-node");
  expect(before.untested).toEqual(["cpu"]);
  const after = await tested.call("engine/test", { engine: "cpu" });
  expect(after.active).toBe("ort-node");
  expect(after.untested).not.toContain("cpu");
  const cpu = after.engines.find(({ engine }) => engine === "cpu");
  expect(cpu).toMatchObject({ usable: true });
  expect(cpu?.checks.length).toBeGreaterThan(5);
  await expect(tested.call("engine/test", { engine: "webgpu" })).rejects.toMatchObject({
    code: "input-invalid",
  });
}, 60_000);

test("an engine in use that fails a new test is exchanged for the next one", async () => {
  const factories = (["webgpu", "ort-web"] as const).map((id) => ({
    id,
    create: async () => ({
      id,
      loadModel: () => Promise.reject(new Error("not used here")),
      memory: () => ({ tensors: 0, gpuBuffers: 0, bytes: 0 }),
      lost: new Promise<string>(() => undefined),
      dispose: () => Promise.resolve(),
    }),
  }));
  let isBroken = false;
  const check = ({ id }: Engine) => {
    const usable = id !== "webgpu" || !isBroken;
    return Promise.resolve({ engine: id, usable, checks: [], durationMs: 0 });
  };
  const tested = connect(new EngineHost({ factories, check }));
  expect((await tested.call("engine/status", undefined)).active).toBe("webgpu");
  expect((await tested.call("engine/test", { engine: "webgpu" })).active).toBe("webgpu");
  isBroken = true;
  const after = await tested.call("engine/test", { engine: "webgpu" });
  expect(after.active).toBe("ort-web");
  expect(after.engines.map(({ engine, usable }) => [engine, usable])).toEqual([
    ["webgpu", false],
    ["ort-web", true],
  ]);
});

test("the status says why an engine is skipped, and stays an answer when none is usable", async () => {
  const host = new EngineHost({
    factories: [{ id: "webgpu", create: () => Promise.reject(new Error("no adapter")) }],
    check: () => Promise.reject(new Error("not reached")),
  });
  const status = await host.status();
  expect(status.active).toBeUndefined();
  expect(status.engines).toEqual([
    { engine: "webgpu", usable: false, reason: "no adapter", checks: [], durationMs: 0 },
  ]);
});
