/** The part of the search benchmark that runs inside the page: wasm with all threads of the tab. */
import { createOrtWebEngine } from "@/inference/engines/onnx/ort-web";
import { CANDIDATES, searchSpeeds, unitRows, type SearchSpeeds } from "./search-contenders";

export interface PageSpeeds {
  readonly rounds: readonly SearchSpeeds["rates"][];
  readonly indices: readonly number[];
  readonly unproven: number;
}

export async function searchInPage(
  queryCount: number,
  threads: number,
  rounds: number,
): Promise<PageSpeeds> {
  const engine = await createOrtWebEngine({ threads });
  const problem = { engine, queries: unitRows(queryCount, 1), candidates: unitRows(CANDIDATES, 2) };
  const all: SearchSpeeds[] = [];
  for (let round = 0; round < rounds; round++) all.push(await searchSpeeds(problem));
  await engine.dispose();
  return {
    rounds: all.map(({ rates }) => rates),
    indices: [...all[0]!.indices],
    unproven: all.reduce((sum, { unproven }) => sum + unproven, 0),
  };
}
