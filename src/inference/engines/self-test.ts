/** The start-up self-test: does this engine compute every operation right, on this machine, now? */
import { describeError } from "@/shared/lib/errors";
import { combinedInputs, combinedProgram, caseWeights, judgeCase } from "../ops/op-case";
import type { CaseResult, OpCase } from "../ops/op-case";
import { OP_CASES } from "../ops/op-cases";
import type { EngineCheck } from "../protocol/messages";
import type { Engine } from "./engine";

/** One ordinary case of each operation; the edge cases are for the test suite. */
export const SELF_TEST_CASES: readonly OpCase[] = OP_CASES.filter((opCase) => opCase.isInSelfTest);

export interface SelfTestOptions {
  /** Monotonic milliseconds. */
  readonly now: () => number;
  readonly cases?: readonly OpCase[];
}

/**
 * Runs the cases in one program and compares each with its expected values.
 *
 * @param engine - the engine under test; it keeps nothing afterwards.
 * @returns never rejects: an error of the engine is the check's reason.
 */
export async function runSelfTest(
  engine: Engine,
  { now, cases = SELF_TEST_CASES }: SelfTestOptions,
): Promise<EngineCheck> {
  const startedAt = now();
  const finish = (
    checks: readonly CaseResult[],
    failure?: Pick<EngineCheck, "reason" | "code">,
  ): EngineCheck => ({
    engine: engine.id,
    usable: failure === undefined,
    ...failure,
    checks,
    durationMs: now() - startedAt,
  });
  try {
    const checks = await runTogether(engine, cases);
    const failed = checks.filter((check) => !check.passed);
    return finish(checks, failed.length === 0 ? undefined : { reason: describeFailures(failed) });
  } catch (error) {
    return finish([], describeError(error));
  }
}

async function runTogether(engine: Engine, cases: readonly OpCase[]): Promise<CaseResult[]> {
  const model = await engine.loadModel(caseWeights(cases));
  try {
    const program = await model.program(combinedProgram("self-test", cases));
    const { outputs } = await program.run(combinedInputs(cases));
    return cases.map((opCase) => {
      const output = outputs[opCase.name];
      return output === undefined
        ? { name: opCase.name, passed: false, maxAbsError: Infinity }
        : judgeCase(opCase, output);
    });
  } finally {
    model.dispose();
  }
}

function describeFailures(failed: readonly CaseResult[]): string {
  const [first] = failed;
  const error = first?.maxAbsError ?? Infinity;
  const others = failed.length > 1 ? ` and ${failed.length - 1} more` : "";
  return `Wrong results: "${first?.name}" is off by ${error.toPrecision(3)}${others}.`;
}
