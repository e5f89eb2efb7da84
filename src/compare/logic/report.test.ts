import fc from "fast-check";
import { expect, test } from "vitest";
import { creativePairSchema } from "@/domain/creative-pair";
import { QUESTION_IDS, type QuestionId } from "@/domain/evaluation-protocol";
import type { Creative } from "./creative";
import { createJob, reduceJob, type Job, type PairOutcome } from "./job";
import { escapeHtml, reportHtml, type ReportTexts } from "./report-html";
import { reportJson, reportRecords } from "./report-record";

const PICTURE = "data:image/jpeg;base64,AAAA";

const texts: ReportTexts = {
  language: "en",
  heading: "Comparison",
  title: "Title",
  queries: "Queries",
  model: "Model",
  created: "Created",
  note: "A prediction.",
  question: "Question",
  answer: "Answer",
  reason: "Reason",
  exchanged: "Sides exchanged",
  ranking: "Ranking",
  notFinished: "Not compared",
  questions: Object.fromEntries(QUESTION_IDS.map((id) => [id, `about ${id}`])) as Record<
    QuestionId,
    string
  >,
  verdict: (winner, probability) => `${winner} ${probability.toFixed(2)}`,
  orders: (agree) => (agree ? "agree" : "differ"),
  agreement: (row) => row.agreement,
  leastCertain: (a, b) => `least ${a}${b}`,
  chance: (chance) => chance.toFixed(2),
  date: (ms) => String(ms),
};

const outcome = (reason: string, probabilityA = 0.7): PairOutcome => ({
  runs: [
    {
      order: "AB",
      text: `Q3 A>B ${reason}`,
      answers: { q1: "NO", q3: "A>B", q10: "A" },
      reasons: { q3: reason },
      probabilityA,
      isWellFormed: true,
      tokens: 9,
    },
    {
      order: "BA",
      text: "",
      answers: { q1: "NO", q3: "A>B", q10: "B" },
      reasons: { q3: reason },
      probabilityA: 1 - probabilityA,
      isWellFormed: true,
      tokens: 9,
    },
  ],
  probabilityA,
  ordersAgree: true,
  engine: "webgpu",
  timings: { encodeMs: 1, generateMs: 1, totalMs: 2 },
});

function job(names: readonly string[], title: string, reason = "clear headline"): Job {
  const creatives = names.map((name, index): Creative => ({
    id: `c${index}`,
    name,
    blob: new Blob([]),
    url: "blob:x",
    width: 1,
    height: 1,
    origin: "own",
  }));
  const model = { id: "creative4u-nano", revision: "1", name: "Perigee nano" };
  const start = createJob(
    "job",
    { creatives, title, queries: ["q one", "q two"], language: "en", model },
    1_700_000_000_000,
  );
  return start.pairs.reduce(
    (state, _pair, index) =>
      reduceJob(state, { kind: "pair-done", pair: index, outcome: outcome(reason) }),
    start,
  );
}

test("the JSON of two creatives is one valid CreativePair record", () => {
  const record = creativePairSchema.parse(JSON.parse(reportJson(job(["a.png", "b.png"], "Hat"))));
  expect(record).toMatchObject({
    image_a: "a.png",
    image_b: "b.png",
    product_title: "Hat",
    query: "q one",
    label: "A",
    label_source: "model",
    explanations: { q3: "clear headline" },
  });
});

test("three creatives give three records; an undecided pair gives none", () => {
  const three = job(["a", "b", "c"], "Hat");
  expect(JSON.parse(reportJson(three))).toHaveLength(3);
  const failed = reduceJob(three, { kind: "pair-failed", pair: 1, error: new Error("x") });
  const undecided = {
    ...failed,
    pairs: failed.pairs.map((pair, i) => (i === 1 ? withoutOutcome(pair) : pair)),
  };
  expect(reportRecords(undecided)).toHaveLength(2);
});

function withoutOutcome(pair: Job["pairs"][number]): Job["pairs"][number] {
  const { outcome: _outcome, ...rest } = pair;
  return rest;
}

test("no text of the visitor's can leave its element", () => {
  fc.assert(
    fc.property(fc.string(), (hostile) => {
      const attack = `${hostile}"><script>alert(1)</script><img src=x onerror=alert(1)>'`;
      const html = reportHtml(job([attack, "b"], attack, attack), [PICTURE, PICTURE], texts);
      expect(html).not.toContain("<script");
      expect(html).not.toContain("<img src=x");
      expect(html.match(/<img /g)).toHaveLength(2);
    }),
    { numRuns: 50 },
  );
});

test("a picture that is not an inline image is left out", () => {
  const html = reportHtml(
    job(["a", "b"], "Hat"),
    ["https://example.org/x.png", `data:image/svg+xml,<svg>"`],
    texts,
  );
  expect(html).not.toContain("example.org");
  expect(html).not.toContain("svg+xml");
});

test("several creatives bring a ranking that names the least certain pair", () => {
  const html = reportHtml(job(["a", "b", "c"], "Hat"), [PICTURE, PICTURE, PICTURE], texts);
  expect(html).toContain("Ranking");
  expect(html).toContain("least #1#2");
});

test("escaping covers quotes and is not applied twice", () => {
  expect(escapeHtml(`<a b="c" d='e'>&`)).toBe("&lt;a b=&quot;c&quot; d=&#39;e&#39;&gt;&amp;");
});
