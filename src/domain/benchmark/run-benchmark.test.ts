import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createRng } from "@/shared/lib/rng";
import { colourVector, wordsOf, wordVector } from "./baselines";
import type { BenchmarkEncoder } from "./encoder";
import { jobsOf, planBenchmark } from "./plan";
import { reportRun } from "./report";
import { runBenchmark, snapshotOf } from "./run-benchmark";
import { parseDirection, possibleDirections, type BenchmarkTask } from "./task";
import { normalise } from "./vectors";

const WIDTH = 8;

/** Items at random places; a query lies near its item. */
function createCase(seed: number, items: number, noise: number) {
  const rng = createRng(seed);
  const point = () => normalise(Float32Array.from({ length: WIDTH }, () => rng() - 0.5));
  const places = new Map<string, Float32Array>();
  const candidates = Array.from({ length: items }, (_, i) => {
    places.set(`c${i}`, point());
    return { id: `c${i}`, text: `item ${i}`, image: `${i}.png`, classes: [`class ${i % 3}`] };
  });
  const queries = candidates.map(({ id }, i) => {
    const own = places.get(id)!;
    const vector = normalise(own.map((value) => value + noise * (rng() - 0.5)));
    places.set(`q${i}`, vector);
    return { id: `q${i}`, text: `query ${i}`, relevant: [{ id, gain: 1 }] };
  });
  for (let k = 0; k < 3; k++) places.set(`class ${k}`, point());
  const task: BenchmarkTask = {
    name: "test",
    preset: "custom",
    split: "all",
    queries,
    candidates,
    levels: ["class"],
    subjects: "candidates",
    trueGain: 1,
    relevance: "",
    problems: [],
  };
  const encoder: BenchmarkEncoder = {
    id: "places",
    revision: "1",
    views: ["t", "i", "mm"],
    fusion: "joint",
    dimensions: [2, 4, WIDTH],
    encode(jobs) {
      const vectors = new Float32Array(jobs.length * WIDTH);
      for (const [i, { id }] of jobs.entries()) vectors.set(places.get(id)!, i * WIDTH);
      return Promise.resolve({ vectors, dimension: WIDTH, failures: [] });
    },
  };
  return { task, encoder, places };
}

const signal = new AbortController().signal;

describe("runBenchmark", () => {
  it("equals ranks counted by hand from the dot products", async () => {
    const { task, encoder, places } = createCase(3, 40, 1.5);
    const run = await runBenchmark(task, encoder, { directions: ["t-mm"], signal, batch: 7 });
    for (const { id, relevant } of task.queries) {
      const score = (name: string) =>
        Math.fround(places.get(name)!.reduce((sum, v, i) => sum + v * places.get(id)![i]!, 0));
      const own = score(relevant[0]!.id);
      const higher = task.candidates.filter((candidate) => score(candidate.id) > own).length;
      expect(run.scorers.get("t-mm")!.ranks.get(id)!.worst[0]!.rank).toBe(higher + 1);
    }
  });

  it("shows partial figures that end in the final ones, and the same at every batch size", async () => {
    const { task, encoder } = createCase(5, 50, 2);
    const seen: (number | null)[] = [];
    const run = await runBenchmark(task, encoder, {
      directions: ["t-mm"],
      signal,
      batch: 9,
      onUpdate: ({ phase }, current) => {
        if (phase !== "queries") return;
        const snapshot = snapshotOf(current.scorers.get("t-mm")!);
        seen.push(snapshot.queries);
        expect(snapshot.partial).toBe(snapshot.queries < 50);
      },
    });
    expect(seen).toEqual([9, 18, 27, 36, 45, 50]);
    const other = await runBenchmark(task, encoder, { directions: ["t-mm"], signal, batch: 64 });
    expect(snapshotOf(run.scorers.get("t-mm")!)).toEqual(snapshotOf(other.scorers.get("t-mm")!));
  });

  it("counts a constant encoder's ties against it", async () => {
    const { task, encoder } = createCase(1, 12, 0);
    const constant: BenchmarkEncoder = {
      ...encoder,
      encode: (jobs) =>
        Promise.resolve({
          vectors: new Float32Array(jobs.length * 2).fill(Math.SQRT1_2),
          dimension: 2,
          failures: [],
        }),
    };
    const run = await runBenchmark(task, constant, { directions: ["t-mm"], signal });
    const snapshot = snapshotOf(run.scorers.get("t-mm")!);
    const hit = snapshot.figures.find(({ measure }) => measure === "hit_10")!;
    expect(hit).toMatchObject({ value: 0, best: 1, worst: 0 });
    expect(snapshot.tiedQueries).toBe(12);
  });

  it("lists items that fail, skips queries whose true item failed, and keeps the others", async () => {
    const { task, encoder } = createCase(2, 10, 0);
    const broken: BenchmarkEncoder = {
      ...encoder,
      async encode(jobs, stop) {
        const block = await encoder.encode(jobs, stop);
        const index = jobs.findIndex(({ id }) => id === "c4");
        return index < 0 ? block : { ...block, failures: [{ index, reason: "damaged" }] };
      },
    };
    const run = await runBenchmark(task, broken, { directions: ["t-mm"], signal });
    expect(run.failures).toEqual([{ key: "candidate:mm:c4", reason: "damaged" }]);
    const snapshot = snapshotOf(run.scorers.get("t-mm")!);
    expect(snapshot.skipped).toEqual({ "true item not encoded": 1 });
    expect(snapshot.queries).toBe(9);
  });

  it("rejects with the signal's reason when cancelled", async () => {
    const { task, encoder } = createCase(2, 30, 0);
    const controller = new AbortController();
    const running = runBenchmark(task, encoder, {
      directions: ["t-mm"],
      signal: controller.signal,
      batch: 4,
      onUpdate: () => controller.abort(new DOMException("stop", "AbortError")),
    });
    await expect(running).rejects.toThrow("stop");
  });

  it("reaches the full figure at full width, and truncation equals encoding with the prefix", async () => {
    const { task, encoder } = createCase(8, 40, 1);
    const run = await runBenchmark(task, encoder, { directions: ["t-mm"], signal });
    const [narrow, , full] = run.curve!.points;
    expect(full!.snapshot).toEqual(snapshotOf(run.scorers.get("t-mm")!));
    const short: BenchmarkEncoder = {
      ...encoder,
      async encode(jobs, stop) {
        const { vectors } = await encoder.encode(jobs, stop);
        const cut = jobs.map((_, i) => normalise(vectors.slice(i * WIDTH, i * WIDTH + 2)));
        return {
          vectors: Float32Array.from(cut.flatMap((row) => [...row])),
          dimension: 2,
          failures: [],
        };
      },
    };
    const other = await runBenchmark(task, short, { directions: ["t-mm"], signal });
    const value = (snapshot: ReturnType<typeof snapshotOf>) =>
      snapshot.figures.find(({ measure }) => measure === "mrr")!.value!;
    expect(value(narrow!.snapshot)).toBeCloseTo(value(snapshotOf(other.scorers.get("t-mm")!)), 6);
  });

  it("predicts classes by neighbours and by label text, with Wilson's interval", async () => {
    const { task, encoder, places } = createCase(4, 30, 0);
    for (const { id, classes = [] } of task.candidates) places.set(id, places.get(classes[0]!)!);
    const run = await runBenchmark(task, encoder, { directions: ["t-mm"], signal });
    expect(run.predictions.map(({ method }) => method)).toEqual(["label-text", "knn"]);
    for (const { scores, interval } of run.predictions) {
      expect(scores.accuracy).toBe(1);
      expect(interval!.low).toBeLessThan(1);
    }
  });

  it("gives every figure its definition, interval and counts in the report", async () => {
    const { task, encoder } = createCase(4, 30, 1);
    const run = await runBenchmark(task, encoder, { directions: ["t-mm"], signal });
    const report = JSON.parse(JSON.stringify(reportRun(run))) as {
      directions: { figures: { low: number; high: number; n: number; definition: string }[] }[];
    };
    for (const { low, high, n, definition } of report.directions[0]!.figures) {
      expect(high).toBeGreaterThanOrEqual(low);
      expect(n).toBe(30);
      expect(definition.length).toBeGreaterThan(20);
    }
  });
});

describe("rankings", () => {
  it("always returns the asked item with the rank that counting gives", async () => {
    const { task, encoder } = createCase(6, 30, 3);
    const run = await runBenchmark(task, encoder, { directions: ["t-mm"], signal });
    const scorer = run.scorers.get("t-mm")!;
    for (const { id, relevant } of task.queries) {
      const wanted = relevant[0]!.id;
      const vector = run.queries.get("t")!.vector(id)!;
      const [list = []] = await run.rankings.get("mm")!.first([vector], 3, [wanted]);
      expect(list.length).toBeLessThanOrEqual(4);
      expect(list.find((entry) => entry.id === wanted)!.rank).toBe(
        scorer.ranks.get(id)!.id[0]!.rank,
      );
    }
  });
});

describe("plans and directions", () => {
  it("gives unique keys, and the same order for the same seed", async () => {
    const { task } = createCase(1, 20, 0);
    const options = { directions: possibleDirections(task), views: ["t", "i", "mm"] as const };
    const keys = jobsOf(await planBenchmark(task, options)).map(({ key }) => key);
    expect(new Set(keys).size).toBe(keys.length);
    expect(jobsOf(await planBenchmark(task, options)).map(({ key }) => key)).toEqual(keys);
  });

  it("reads directions as people write them", () => {
    expect(["t→mm", "i->t", "mm2mm", "T-I", "search", "t→t"].map(parseDirection)).toEqual([
      "t-mm",
      "i-t",
      "mm-mm",
      "t-i",
      "search",
      undefined,
    ]);
  });
});

describe("baselines", () => {
  it("gives unit word vectors that do not depend on the order of words", () => {
    fc.assert(
      fc.property(
        fc.array(fc.string({ minLength: 1, maxLength: 6 }), { maxLength: 8 }),
        (words) => {
          const vector = wordVector(words.join(" "));
          expect(wordVector([...words].reverse().join(" "))).toEqual(vector);
          const length = Math.hypot(...vector);
          expect(length === 0 || Math.abs(length - 1) < 1e-6).toBe(true);
        },
      ),
    );
  });

  it("adds up words of one bucket in one order", () => {
    expect(wordVector("0 laa z z")).toEqual(wordVector("z z laa 0"));
  });

  it("splits Chinese into characters and pairs", () => {
    expect(wordsOf("Red 红色帽 T恤")).toEqual([
      "red",
      "红",
      "色",
      "帽",
      "红色",
      "色帽",
      "t",
      "恤",
      "t恤",
    ]);
  });

  it("counts colours by share, over white, whatever the size", () => {
    const red = [250, 0, 0];
    const blue = [0, 0, 250];
    const half = colourVector([...red, ...blue], 3);
    expect(half.filter((value) => value > 0)).toHaveLength(2);
    expect(colourVector([...red, ...red, ...blue, ...blue], 3)).toEqual(half);
    expect(colourVector([0, 0, 0, 0], 4)).toEqual(colourVector([255, 255, 255], 3));
  });
});

describe("ties", () => {
  it("go to the higher id by bytes, also beyond the basic plane", async () => {
    const { task, encoder } = createCase(1, 2, 0);
    const ids = ["é", "z", "𝄞", "\uffee", "a"];
    const tied: BenchmarkTask = {
      ...task,
      candidates: ids.map((id) => ({ id, text: id, image: "x" })),
      queries: [{ id: "q", text: "q", relevant: [{ id: "a", gain: 1 }] }],
    };
    const same: BenchmarkEncoder = {
      ...encoder,
      encode: (jobs) =>
        Promise.resolve({
          vectors: new Float32Array(jobs.length * 2).fill(1),
          dimension: 2,
          failures: [],
        }),
    };
    const run = await runBenchmark(tied, same, { directions: ["t-mm"], signal, classify: false });
    const [list = []] = await run.rankings.get("mm")!.first([Float32Array.of(1, 1)], 5);
    const bytes = (id: string) => Buffer.from(id).toString("hex");
    const expected = ids.toSorted((a, b) => (bytes(a) < bytes(b) ? 1 : -1));
    expect(list.map(({ id }) => id)).toEqual(expected);
    expect(run.scorers.get("t-mm")!.ranks.get("q")!.id[0]!.rank).toBe(5);
  });
});
