import { expect, test } from "vitest";
import { fitDawidSkene, majorityVote } from "./dawid-skene";
import fixture from "./dawid-skene.fixture.json";
import { createRatingTable } from "./rating-table";

const table = createRatingTable(
  fixture.rows.map(([task, worker, label]) => ({ task: task!, worker: worker!, label: label! })),
);

test("posteriors, priors and confusion matrices equal Crowd-Kit", () => {
  const fit = fitDawidSkene(table, { tolerance: 1e-12, maxIterations: 5000 });
  expect(fit.converged).toBe(true);
  fit.tasks.forEach(({ posterior }, i) => {
    posterior.forEach((value, k) => {
      expect(value).toBeCloseTo(fixture.posteriors[i]![k]!, 6);
    });
  });
  fit.priors.forEach((value, k) => expect(value).toBeCloseTo(fixture.priors[k]!, 6));
  for (const { worker, confusion, accuracy } of fit.workers) {
    const expected = fixture.confusion[worker as keyof typeof fixture.confusion];
    confusion.forEach((row, k) => {
      row.forEach((value, l) => expect(value).toBeCloseTo(expected[k]![l]!, 6));
    });
    const byHand = expected.reduce((sum, row, k) => sum + row[k]! * fixture.priors[k]!, 0);
    expect(accuracy).toBeCloseTo(byHand, 6);
  }
});

test("majority votes equal Crowd-Kit's shares, and ties stay open", () => {
  for (const [i, vote] of majorityVote(table).entries()) {
    const shares = fixture.majority_shares[i]!;
    const top = Math.max(...shares);
    expect(vote.votes / vote.total).toBeCloseTo(top, 12);
    const leaders = ["0", "1", "2"].filter((_, k) => Math.abs(shares[k]! - top) < 1e-12);
    expect(vote.leaders).toEqual(leaders);
    expect(vote.label).toBe(leaders.length === 1 ? leaders[0] : null);
  }
});

test("no ratings give empty results", () => {
  const fit = fitDawidSkene(createRatingTable([]));
  expect(fit).toMatchObject({ tasks: [], workers: [], priors: [], converged: true });
});
