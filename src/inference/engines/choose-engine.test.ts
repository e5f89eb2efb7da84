import { describe, expect, it, vi } from "vitest";
import { hasCode } from "@/shared/lib/errors";
import type { EngineCheck, EngineId } from "../protocol/messages";
import { chooseEngine, type EngineFactory } from "./choose-engine";
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
