import { packRows, type RankRequest } from "@/domain/retrieval/gallery";
import { createRng } from "@/shared/lib/rng";

/** For tests: every fourth row stands twice, so that some targets tie. */
export function rankingProblem(queryCount: number, size: number, dimension: number) {
  const rng = createRng(7);
  const values = Float32Array.from({ length: size * dimension }, () => 2 * rng() - 1);
  for (let row = 4; row < size; row += 4) {
    values.copyWithin(row * dimension, (row - 1) * dimension, row * dimension);
  }
  const row = () => Math.floor(rng() * size);
  const targets = Array.from({ length: queryCount }, () => [...new Set([row(), row(), row()])]);
  const request: RankRequest = {
    queries: Float32Array.from({ length: queryCount * dimension }, () => 2 * rng() - 1),
    targets: packRows(targets),
    excluded: packRows(targets.map((own) => [row(), row()].filter((r) => !own.includes(r)))),
  };
  return { request, candidates: { values, dimension } };
}
