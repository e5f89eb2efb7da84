import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { OP_CASES } from "../../ops/op-cases";
import type { Engine } from "../engine";
import { runOpCases } from "../run-op-cases";
import { createCpuEngine } from "./cpu-engine";

let engine: Engine;
beforeAll(async () => {
  engine = await createCpuEngine();
});
afterAll(() => engine.dispose());

describe("op cases on tfjs cpu", () => {
  it.each(OP_CASES.map((opCase) => [opCase.name, opCase] as const))("%s", async (_, opCase) => {
    const tensorsBefore = engine.memory().tensors;
    const [result] = await runOpCases(engine, [opCase]);
    expect(result).toMatchObject({ passed: true });
    expect(engine.memory().tensors).toBe(tensorsBefore);
  });
});
