import { describe, expect, it, vi } from "vitest";
import { createMemoryStore } from "../assets/chunked-file";
import type { EngineCheck } from "../protocol/messages";
import type { Engine } from "./engine";
import { rememberPasses } from "./remembered-check";

const DAY = 24 * 60 * 60 * 1000;

function engineOn(description: string): Engine {
  const engine: Engine & { readonly adapter: object } = {
    id: "webgpu",
    adapter: { description, features: ["subgroups"] },
    loadModel: () => Promise.reject(new Error("not used here")),
    memory: () => ({ tensors: 0, gpuBuffers: 0, bytes: 0 }),
    lost: new Promise(() => undefined),
    dispose: () => Promise.resolve(),
  };
  return engine;
}

const PASS: EngineCheck = {
  engine: "webgpu",
  usable: true,
  checks: [{ name: "add", passed: true, maxAbsError: 0 }],
  durationMs: 900,
};

function setUp(store = createMemoryStore()) {
  let time = 1000;
  const check = vi.fn<(engine: Engine) => Promise<EngineCheck>>(async () => PASS);
  const clock = { now: () => time, sleep: () => Promise.resolve() };
  /** A new start of the page, over the same store. */
  const start = (scope = "build 1, browser 1") => rememberPasses({ check, store, clock, scope });
  return { check, start, wait: (ms: number) => (time += ms) };
}

describe("rememberPasses", () => {
  it("tests at the first start, and says at the next one when that was", async () => {
    const { check, start } = setUp();
    expect(await start()(engineOn("a"))).toEqual(PASS);
    expect(await start()(engineOn("a"))).toEqual({ ...PASS, testedAt: 1000 });
    expect(check).toHaveBeenCalledTimes(1);
  });

  it.each([
    ["another adapter", "build 1, browser 1", "b", 0],
    ["another build or browser", "build 2, browser 1", "a", 0],
    ["a verdict older than a week", "build 1, browser 1", "a", 8 * DAY],
    ["a clock set back", "build 1, browser 1", "a", -500],
  ])("tests again for %s", async (_, scope, adapter, elapsed) => {
    const { check, start, wait } = setUp();
    await start()(engineOn("a"));
    wait(elapsed);
    expect(await start(scope)(engineOn(adapter))).toEqual(PASS);
    expect(check).toHaveBeenCalledTimes(2);
  });

  it("tests again when asked to, and forgets a pass that no longer holds", async () => {
    const { check, start } = setUp();
    await start()(engineOn("a"));
    const failure = { ...PASS, usable: false, reason: "Wrong results" };
    check.mockResolvedValueOnce(failure);
    expect(await start()(engineOn("a"), { isFresh: true })).toEqual(failure);
    expect(await start()(engineOn("a"))).toEqual(PASS);
    expect(check).toHaveBeenCalledTimes(3);
  });

  it("tests when what is stored cannot be read", async () => {
    const store = createMemoryStore();
    await store.write("self-test/webgpu.json", new Blob(['{"key": 1']));
    const { check, start } = setUp(store);
    expect(await start()(engineOn("a"))).toEqual(PASS);
    expect(check).toHaveBeenCalledTimes(1);
  });

  it("works where nothing can be stored", async () => {
    const refuse = () => Promise.reject(new DOMException("no storage", "SecurityError"));
    const { check, start } = setUp({ read: refuse, write: refuse, remove: refuse, list: refuse });
    expect(await start()(engineOn("a"))).toEqual(PASS);
    expect(await start()(engineOn("a"))).toEqual(PASS);
    expect(check).toHaveBeenCalledTimes(2);
  });
});
