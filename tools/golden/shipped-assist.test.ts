/** The labelling workspace's assistance with the shipped weights, through the client the page uses. */
import { readFile } from "node:fs/promises";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createStore } from "zustand/vanilla";
import type { JudgedEvent } from "@/domain/labeling/events";
import { foldEvents } from "@/domain/labeling/label-state";
import { createMemoryStore } from "@/inference/assets/chunked-file";
import type { InferenceClient } from "@/inference/client/inference-client";
import { createWorkerClient } from "@/inference/client/worker-client";
import { createHandlers } from "@/inference/worker/create-handlers";
import { serve } from "@/inference/worker/serve";
import { createProject } from "@/labeling/logic/new-project";
import { readOpinions } from "@/labeling/queries/read-opinions";
import { sampleContent } from "@/labeling/queries/sample-project";
import { trainPreferenceHead } from "@/labeling/queries/train-preference";
import { findSelector } from "@/labeling/store/ask-selector";
import type { ImageSource } from "@/labeling/store/image-source";
import type { OpenProject, ProjectHandle } from "@/labeling/store/open-project";
import { createRng, shuffled } from "@/shared/lib/rng";
import { systemClock } from "@/shared/lib/system-clock";
import { decodeImageInNode } from "../cli/node/decode-image";
import { createNodeEngineHost } from "../cli/node/engines";

const SHIPPED = "https://studio.test/models/";
/** Creatives to encode: enough for a preference to show, few enough for every test run. */
const CREATIVES = 24;
const JUDGEMENTS = 120;
const signal = new AbortController().signal;

const serveShipped = (async (input: string) => {
  const bytes = await readFile(`public/models/${input.slice(SHIPPED.length)}`).catch(
    () => undefined,
  );
  const status = bytes === undefined ? 404 : 200;
  return new Response(bytes === undefined ? null : new Uint8Array(bytes), { status });
}) as typeof fetch;

const { port1, port2 } = new MessageChannel();
let client: InferenceClient;
let content: ReturnType<typeof sampleContent>;

beforeAll(async () => {
  const lines = (await readFile("public/data/demo/pairs.jsonl", "utf8")).split("\n");
  content = sampleContent(lines, "");
  port1.start();
  port2.start();
  client = createWorkerClient(() => {
    const handlers = createHandlers({
      registry: {
        fetch: serveShipped,
        shippedUrl: SHIPPED,
        store: createMemoryStore(),
        memory: createMemoryStore(),
        clock: systemClock,
      },
      engines: createNodeEngineHost("ort-node"),
      decode: decodeImageInNode,
      clock: systemClock,
      breathe: () => new Promise((resolve) => setImmediate(resolve)),
    });
    serve(port2, handlers);
    return { endpoint: port1, onFailure: () => undefined, close: () => port1.close() };
  });
});
afterAll(() => {
  client.dispose();
  port1.close();
  port2.close();
});

async function imageOf(id: string): Promise<Blob> {
  return new Blob([new Uint8Array(await readFile(`public/data/demo/${id}`))]);
}
const images = {
  blob: ({ id }: { readonly id: string }) => imageOf(id),
} as unknown as ImageSource;

/** Mean of all bytes of the decoded image. */
async function brightness(id: string): Promise<number> {
  const { data } = await decodeImageInNode(await imageOf(id));
  return data.reduce((sum, value) => sum + value, 0) / data.length;
}

type Couple = readonly [string, string];

function judged(
  at: number,
  [left, right]: Couple,
  label: "A" | "B",
  suggestion: "none" | "before",
): JudgedEvent {
  const time = "2026-01-01T00:00:00.000Z";
  return {
    schema: "perigee-label-event/1",
    id: String(at).padStart(8, "0"),
    project: "p",
    annotator: "ann",
    at: time,
    kind: "judged",
    pair: `${left}|${right}|${suggestion}`,
    repeat: 0,
    supersedes: null,
    shown: {
      left,
      right,
      seed: 1,
      protocolVersion: 1,
      mode: "quick",
      language: "en",
      suggestion,
    },
    answers: { q10: label },
    strengths: {},
    reasons: [],
    note: "",
    regions: [],
    startedAt: time,
    activeMs: 1,
    input: "keyboard",
    edits: 0,
  };
}

function projectWith(events: readonly JudgedEvent[]) {
  const settings = new Map<string, unknown>();
  const pairs = events.map(({ pair, shown }) => ({
    id: pair,
    productId: "any",
    a: shown.left,
    b: shown.right,
    split: "train" as const,
    source: "random" as const,
  }));
  const store = createStore<OpenProject>()(() => ({
    project: createProject({ id: "p", title: "P", createdAt: "2026-01-01T00:00:00.000Z" }),
    products: new Map(content.products.map((product) => [product.id, product])),
    creatives: new Map(content.creatives.map((creative) => [creative.id, creative])),
    pairs,
    pairsById: new Map(pairs.map((pair) => [pair.id, pair])),
    state: foldEvents(events),
    revision: 0,
  }));
  const repository = {
    saveSetting: (key: string, value: unknown) => Promise.resolve(void settings.set(key, value)),
  };
  return { handle: { store, repository } as unknown as ProjectHandle, settings };
}

test("the head learns a visible preference from the shipped encoder's features, and from unassisted judgements only", async () => {
  const ids = content.creatives.slice(0, CREATIVES).map(({ id }) => id);
  const light = new Map(
    await Promise.all(ids.map(async (id) => [id, await brightness(id)] as const)),
  );
  const all = ids.flatMap((a, at) => ids.slice(at + 1).map((b): Couple => [a, b]));
  const couples = shuffled(all, createRng(1)).slice(0, JUDGEMENTS);
  const brighter = ([a, b]: Couple) => (light.get(a)! > light.get(b)! ? "A" : "B");
  const own = couples.map((couple, at) => judged(at, couple, brighter(couple), "none"));
  // Judgements with a suggestion in view say the opposite; learning from them would be seen.
  const led = couples.map((couple, at) =>
    judged(JUDGEMENTS + at, couple, brighter(couple) === "A" ? "B" : "A", "before"),
  );
  const { handle } = projectWith([...own, ...led]);
  const head = await trainPreferenceHead(
    { client, handle, images, clock: systemClock },
    signal,
    () => undefined,
  );
  console.log(
    `preference head on ${head.model}: ${(100 * head.accuracy).toFixed(1)} % of ${head.heldOutCount} held-out judgements, log loss ${head.logLoss.toFixed(3)}`,
  );
  expect(head.judgements).toBe(JUDGEMENTS);
  expect(head.heldOutCount).toBe(JUDGEMENTS);
  expect(head.accuracy).toBeGreaterThan(0.7);
  expect(head.logLoss).toBeLessThan(Math.LN2);
}, 120_000);

test("the shipped selector reads a couple in both orders, and the opinion is kept", async () => {
  const { handle, settings } = projectWith([]);
  const model = await findSelector(client, signal);
  const { a, b } = content.pairs[0]!;
  const couple: Couple = a < b ? [a, b] : [b, a];
  const report = await readOpinions(
    {
      client,
      handle,
      images,
      clock: systemClock,
      language: "en",
      model: model!,
      couples: [couple],
      known: undefined,
    },
    signal,
    () => undefined,
  );
  expect(report.firstFailure).toBeUndefined();
  const [reading] = Object.values(report.opinions.readings);
  for (const probability of [reading!.onLeft, reading!.onRight]) {
    expect(probability).toBeGreaterThan(0);
    expect(probability).toBeLessThan(1);
  }
  expect([...settings.values()]).toEqual([report.opinions]);
  expect(report.failures).toBe(0);
}, 120_000);
