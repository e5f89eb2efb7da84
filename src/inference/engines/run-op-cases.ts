import { CASE_OUTPUT, caseProgram, caseWeights, judgeCase } from "../ops/op-case";
import type { CaseResult, OpCase } from "../ops/op-case";
import { required } from "@/shared/lib/assert";
import type { Engine } from "./engine";

/**
 * Runs cases one after another on an engine.
 *
 * @param engine - the engine under test; it keeps nothing afterwards.
 * @param cases - which cases.
 * @param onResult - told of each result as it comes.
 * @returns one result per case, in order. An engine's own error rejects, naming the case.
 */
export async function runOpCases(
  engine: Engine,
  cases: readonly OpCase[],
  onResult?: (result: CaseResult) => void,
): Promise<CaseResult[]> {
  const model = await engine.loadModel(caseWeights(cases));
  const results: CaseResult[] = [];
  try {
    for (const opCase of cases) {
      const program = await model.program(caseProgram(opCase));
      try {
        const { outputs } = await program.run(opCase.inputs);
        const result = judgeCase(
          opCase,
          required(outputs[CASE_OUTPUT], `output of ${opCase.name}`),
        );
        results.push(result);
        onResult?.(result);
      } finally {
        program.dispose();
      }
    }
  } finally {
    model.dispose();
  }
  return results;
}
