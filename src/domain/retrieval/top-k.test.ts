import fc from "fast-check";
import { expect, test } from "vitest";
import { searchTopK } from "./top-k";

// Small integers: many ties, and sums that are exact in any order.
const values = (count: number): fc.Arbitrary<number[]> =>
  fc.array(fc.integer({ min: -2, max: 2 }), { minLength: count, maxLength: count });

const problem = fc
  .record({
    dimension: fc.integer({ min: 1, max: 9 }),
    queryCount: fc.integer({ min: 0, max: 20 }),
    candidateCount: fc.integer({ min: 0, max: 600 }),
    k: fc.integer({ min: 1, max: 12 }),
  })
  .chain((size) =>
    fc.record({
      ...Object.fromEntries(Object.entries(size).map(([key, value]) => [key, fc.constant(value)])),
      queries: values(size.queryCount * size.dimension),
      candidates: values(size.candidateCount * size.dimension),
    } as unknown as {
      dimension: fc.Arbitrary<number>;
      queryCount: fc.Arbitrary<number>;
      candidateCount: fc.Arbitrary<number>;
      k: fc.Arbitrary<number>;
      queries: fc.Arbitrary<number[]>;
      candidates: fc.Arbitrary<number[]>;
    }),
  );

test("equals sorting all candidates by score, then by index", async () => {
  await fc.assert(
    fc.asyncProperty(problem, async ({ dimension, queryCount, candidateCount, k, ...data }) => {
      const result = await searchTopK({
        queries: Float32Array.from(data.queries),
        candidates: Float32Array.from(data.candidates),
        dimension,
        k,
      });
      for (let query = 0; query < queryCount; query++) {
        const ranked = Array.from({ length: candidateCount }, (_, row) => {
          let score = 0;
          for (let i = 0; i < dimension; i++) {
            score += data.queries[query * dimension + i]! * data.candidates[row * dimension + i]!;
          }
          return { row, score };
        }).sort((a, b) => b.score - a.score || a.row - b.row);
        const expected = Array.from({ length: k }, (_, i) => ranked[i]?.row ?? -1);
        expect([...result.indices.subarray(query * k, query * k + k)]).toEqual(expected);
        const scores = Array.from({ length: k }, (_, i) => ranked[i]?.score ?? -Infinity);
        expect([...result.scores.subarray(query * k, query * k + k)]).toEqual(
          scores.map((score) => score + 0),
        );
      }
    }),
    { numRuns: 60 },
  );
});

test("NaN never ranks", async () => {
  const { indices } = await searchTopK({
    queries: Float32Array.of(1),
    candidates: Float32Array.of(1, Number.NaN, 3),
    dimension: 1,
    k: 3,
  });
  expect([...indices]).toEqual([2, 0, -1]);
});

test("the caller can stop between blocks of queries", async () => {
  const request = {
    queries: new Float32Array(100),
    candidates: new Float32Array(4),
    dimension: 1,
    k: 1,
  };
  const seen: number[] = [];
  const searching = searchTopK(request, (done) => {
    seen.push(done);
    if (done > 30) throw new Error("stop");
  });
  await expect(searching).rejects.toThrow("stop");
  expect(seen).toEqual([16, 32]);
});

test.each([[{ queries: new Float32Array(3), dimension: 2 }], [{ k: 0 }], [{ dimension: 0 }]])(
  "refuses %j",
  async (change) => {
    const request = {
      queries: new Float32Array(2),
      candidates: new Float32Array(2),
      dimension: 2,
      k: 1,
    };
    await expect(searchTopK({ ...request, ...change })).rejects.toMatchObject({
      code: "shape-mismatch",
    });
  },
);
