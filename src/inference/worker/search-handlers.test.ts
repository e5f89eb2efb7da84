import { expect, test } from "vitest";
import { packRows } from "@/domain/retrieval/gallery";
import type { WorkerEnvironment } from "./create-handlers";
import type { EngineHost } from "./engine-host";
import { searchHandlers } from "./search-handlers";

/** Small galleries never ask for an engine. */
const environment = {
  clock: { now: () => 0, sleep: () => Promise.resolve() },
  breathe: () => Promise.resolve(),
  engines: { withRecovery: (_signal, work) => work() } as Pick<EngineHost, "withRecovery">,
} as unknown as WorkerEnvironment;

const context = {
  signal: new AbortController().signal,
  emit: () => undefined,
  giveWay: () => Promise.resolve(),
};

test("a gallery is opened, asked, and closed", async () => {
  const handlers = searchHandlers(environment);
  const candidates = Float32Array.of(1, 0, 0, 1, 1, 1);
  const { gallery } = await handlers["search/open"]({ candidates, dimension: 2 }, context);
  const queries = Float32Array.of(1, 0);
  const { indices } = await handlers["search/top-k"]({ gallery, queries, k: 2 }, context);
  expect([...indices]).toEqual([0, 2]);
  const lists = { targets: packRows([[2]]), excluded: packRows([[]]) };
  const ranks = await handlers["search/rank"]({ gallery, queries, ...lists }, context);
  expect([ranks.higher[0], ranks.tied[0], ranks.tiedBefore[0]]).toEqual([0, 1, 1]);
  await handlers["search/close"]({ gallery }, context);
  expect(() => handlers["search/top-k"]({ gallery, queries, k: 1 }, context)).toThrow(/not open/);
  expect(() => handlers["search/open"]({ candidates, dimension: 4 }, context)).toThrow(
    /whole rows/,
  );
});
