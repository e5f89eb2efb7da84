import * as ort from "onnxruntime-node";
import { describe, expect, it } from "vitest";
import { OP_CASES } from "../../ops/op-cases";
import { runOpCases } from "../run-op-cases";
import { createOrtNodeEngine } from "./ort-node";

describe("every operation's cases on onnxruntime-node", () => {
  it.each(OP_CASES.map((opCase) => [opCase.name, opCase] as const))("%s", async (_, opCase) => {
    const engine = createOrtNodeEngine(ort, { threads: 1 });
    const [result] = await runOpCases(engine, [opCase]);
    expect(result).toMatchObject({ passed: true });
    await engine.dispose();
  });
});
