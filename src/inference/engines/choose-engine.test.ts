import { describe, expect, it, vi } from "vitest";
import { hasCode } from "@/shared/lib/errors";
import type { EngineCheck, EngineId } from "../protocol/messages";
import { chooseEngine, findSoftwareAdapters, type EngineFactory } from "./choose-engine";
import type { Engine } from "./engine";

interface Setup {
  readonly id: EngineId;
  /** Undefined: usable. */
  readonly reason?: string;
  /** The factory itself fails. */
  readonly createError?: string;
}

function setUp(setups: readonly Setup[]) {
  const created: EngineId[] = [];
  const disposed: EngineId[] = [];
  const factories: EngineFactory[] = setups.map(({ id, createError }) => ({
    id,
    async create() {
      created.push(id);
      if (createError !== undefined) throw new Error(createError);
      const engine: Engine = {
        id,
        loadModel: () => Promise.reject(new Error("not used here")),
        memory: () => ({ tensors: 0, gpuBuffers: 0, bytes: 0 }),
        lost: new Promise(() => undefined),
        dispose: async () => void disposed.push(id),
      };
      return engine;
    },
  }));
  const check = vi.fn<(engine: Engine) => Promise<EngineCheck>>(async ({ id }) => {
    const reason = setups.find((setup) => setup.id === id)?.reason;
    const usable = reason === undefined;
    return { engine: id, usable, ...(usable ? {} : { reason }), checks: [], durationMs: 1 };
  });
  return { factories, check, created, disposed };
}

describe("chooseEngine", () => {
  it("takes the first that passes and does not load the others", async () => {
    const { created, ...options } = setUp([{ id: "webgpu" }, { id: "ort-web" }]);
    const { engine, status } = await chooseEngine(options);
    expect(engine.id).toBe("webgpu");
    expect(status).toMatchObject({ active: "webgpu", chosenBy: "self-test" });
    expect(created).toEqual(["webgpu"]);
  });

  it("skips what fails its self-test, closes it and says why", async () => {
    const { disposed, ...options } = setUp([
      { id: "webgpu", reason: "Wrong results" },
      { id: "ort-web" },
    ]);
    const { status } = await chooseEngine(options);
    expect(status.active).toBe("ort-web");
    expect(status.engines[0]).toMatchObject({ usable: false, reason: "Wrong results" });
    expect(disposed).toEqual(["webgpu"]);
  });

  it("skips what cannot be made", async () => {
    const options = setUp([{ id: "webgpu", createError: "No adapter" }, { id: "ort-web" }]);
    const { status } = await chooseEngine(options);
    expect(status.engines.map(({ reason }) => reason)).toEqual(["No adapter", undefined]);
    expect(options.check).toHaveBeenCalledTimes(1);
  });

  it("tries the user's choice first", async () => {
    const options = setUp([{ id: "webgpu" }, { id: "ort-web" }]);
    const { status } = await chooseEngine({ ...options, preferred: "ort-web" });
    expect(status).toMatchObject({ active: "ort-web", chosenBy: "user" });
  });

  it("falls back in order when the user's choice fails", async () => {
    const options = setUp([{ id: "webgpu" }, { id: "ort-web", reason: "Wrong results" }]);
    const { status } = await chooseEngine({ ...options, preferred: "ort-web" });
    expect(status).toMatchObject({ active: "webgpu", chosenBy: "self-test" });
    expect(status.engines.map(({ engine }) => engine)).toEqual(["ort-web", "webgpu"]);
  });

  it("passes over a software adapter without making its engine", async () => {
    const { created, ...options } = setUp([{ id: "webgpu" }, { id: "ort-web" }]);
    const softwareAdapters = { webgpu: "SwiftShader" };
    const { status } = await chooseEngine({ ...options, softwareAdapters });
    expect(status).toMatchObject({ active: "ort-web", chosenBy: "self-test" });
    expect(created).toEqual(["ort-web"]);
  });

  it("takes a software adapter when the user chose it, and when nothing else works", async () => {
    const softwareAdapters = { webgpu: "SwiftShader" };
    const chosen = setUp([{ id: "webgpu" }, { id: "ort-web" }]);
    const byHand = await chooseEngine({ ...chosen, softwareAdapters, preferred: "webgpu" });
    expect(byHand.status).toMatchObject({ active: "webgpu", chosenBy: "user" });
    expect(chosen.created).toEqual(["webgpu"]);
    const last = setUp([{ id: "webgpu" }, { id: "ort-web", reason: "No WebAssembly." }]);
    const { status } = await chooseEngine({ ...last, softwareAdapters });
    expect(status).toMatchObject({ active: "webgpu", chosenBy: "self-test" });
    expect(last.created).toEqual(["ort-web", "webgpu"]);
  });

  it("takes the reference engine only when the user asks", async () => {
    const setups: Setup[] = [{ id: "cpu" }, { id: "webgpu", createError: "No adapter" }];
    await expect(chooseEngine(setUp(setups))).rejects.toSatisfy((error) =>
      hasCode(error, "unsupported"),
    );
    const { engine } = await chooseEngine({ ...setUp(setups), preferred: "cpu" });
    expect(engine.id).toBe("cpu");
  });

  it("lists every reason when nothing works", async () => {
    const options = setUp([
      { id: "webgpu", createError: "No adapter." },
      { id: "ort-web", reason: "No WebAssembly." },
    ]);
    await expect(chooseEngine(options)).rejects.toThrow(
      "No engine works on this device. webgpu: No adapter. ort-web: No WebAssembly.",
    );
  });

  it("stops when asked to", async () => {
    const reason = new Error("closed the tab");
    const { created, ...options } = setUp([{ id: "webgpu" }]);
    const signal = AbortSignal.abort(reason);
    await expect(chooseEngine({ ...options, signal })).rejects.toBe(reason);
    expect(created).toEqual([]);
  });
});

describe("findSoftwareAdapters", () => {
  it("names what would be computed by the processor; what cannot be asked is left to its start", async () => {
    const create = () => Promise.reject(new Error("not made here"));
    const found = await findSoftwareAdapters([
      { id: "webgpu", create, softwareAdapter: () => Promise.resolve("SwiftShader") },
      { id: "ort-web", create },
      { id: "ort-node", create, softwareAdapter: () => Promise.reject(new Error("crashed")) },
      { id: "cpu", create, softwareAdapter: () => Promise.resolve(undefined) },
    ]);
    expect(found).toEqual({ webgpu: "SwiftShader" });
  });
});
