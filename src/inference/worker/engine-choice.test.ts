import { describe, expect, it } from "vitest";
import { createMemoryStore } from "../assets/chunked-file";
import type { Engine } from "../engines/engine";
import type { EngineCheck, EngineId } from "../protocol/messages";
import { createEngineChoice } from "./engine-choice";
import { EngineHost } from "./engine-host";

/** A start of the studio over the same storage; WebGPU has only a software adapter. */
function start(store = createMemoryStore(), broken: readonly EngineId[] = []): EngineHost {
  const create = (id: EngineId) => (): Promise<Engine> =>
    Promise.resolve({
      id,
      loadModel: () => Promise.reject(new Error("not used here")),
      memory: () => ({ tensors: 0, gpuBuffers: 0, bytes: 0 }),
      lost: new Promise(() => undefined),
      dispose: () => Promise.resolve(),
    });
  const check = ({ id }: Engine): Promise<EngineCheck> =>
    Promise.resolve({ engine: id, usable: !broken.includes(id), checks: [], durationMs: 1 });
  const softwareAdapter = () => Promise.resolve("SwiftShader");
  return new EngineHost({
    factories: [
      { id: "webgpu", create: create("webgpu"), softwareAdapter },
      { id: "ort-web", create: create("ort-web") },
    ],
    check,
    choice: createEngineChoice(store),
  });
}

describe("the choice of an engine by hand", () => {
  it("is needed for a software adapter, and holds for later starts until it is taken back", async () => {
    const store = createMemoryStore();
    const first = start(store);
    expect(await first.status()).toMatchObject({
      active: "ort-web",
      chosenBy: "self-test",
      untested: ["webgpu"],
      softwareAdapters: { webgpu: "SwiftShader" },
    });
    await first.select("webgpu");
    expect(await first.status()).toMatchObject({ active: "webgpu", chosenBy: "user" });
    const second = start(store);
    expect(await second.status()).toMatchObject({ active: "webgpu", chosenBy: "user" });
    await second.select("auto");
    expect(await start(store).status()).toMatchObject({ active: "ort-web", chosenBy: "self-test" });
  });

  it("holds when made while the first engine is still being chosen", async () => {
    const host = start();
    const pending = host.status();
    await host.select("webgpu");
    await pending;
    expect(await host.status()).toMatchObject({ active: "webgpu", chosenBy: "user" });
  });

  it("is not kept for an engine that fails, and one kept earlier gives way to what works", async () => {
    const store = createMemoryStore();
    await start(store, ["webgpu"]).select("webgpu");
    expect(await createEngineChoice(store).read()).toBeUndefined();
    await start(store).select("webgpu");
    expect(await start(store, ["webgpu"]).status()).toMatchObject({
      active: "ort-web",
      chosenBy: "self-test",
    });
  });

  it("ends with the page where nothing can be stored", async () => {
    const refuse = () => Promise.reject(new DOMException("no storage", "SecurityError"));
    const choice = createEngineChoice({
      read: refuse,
      write: refuse,
      remove: refuse,
      list: refuse,
    });
    await choice.keep("webgpu");
    await choice.keep(undefined);
    expect(await choice.read()).toBeUndefined();
  });

  it("ignores a name that is no engine", async () => {
    const store = createMemoryStore();
    await store.write("engine/choice", new Blob(["abacus"]));
    expect(await createEngineChoice(store).read()).toBeUndefined();
  });
});
