import { loadGolden } from "@tools/golden/golden-file";
import { readGoldenFile } from "@tools/golden/node-files";
import * as ort from "onnxruntime-node";
import { afterAll, describe, expect, it } from "vitest";
import { createOrtNodeEngine } from "../engines/onnx/ort-node";
import type { Selector } from "./model-api";
import { createSelector, parseSelectorConfig, type SelectorTokens } from "./selector";

const golden = await loadGolden("idefics3", readGoldenFile);
const config = parseSelectorConfig(golden.config);
const engine = createOrtNodeEngine(ort, { threads: 1 });
const model = await engine.loadModel(golden.weights);
afterAll(() => engine.dispose());

const greedy = golden.ids("greedy/0");
const pixels = golden.value("pixels");
const each = pixels.data.length / 2;
const images = [0, 1].map((index) =>
  Float32Array.from(pixels.data.subarray(index * each, (index + 1) * each)),
);
const prompts = [0, 1].map((row) => ({
  ids: golden.ids(`prompt/${row}`),
  images: golden.ids(`order/${row}`),
}));

function open(tokens: Partial<SelectorTokens> = {}): Selector {
  return createSelector(model, config, { end: -1, pad: 93, verdicts: [], ...tokens });
}

describe("generate", () => {
  it("stops at the end token while the other row goes on", async () => {
    const end = greedy[5]!;
    const replies = await open({ end }).generate({ images, prompts }, { maxTokens: 12 });
    expect(replies[0]).toMatchObject({
      finish: "stop",
      tokens: greedy.slice(0, greedy.indexOf(end)),
    });
    const other = golden.ids("greedy/1").slice(0, 12);
    const stop = other.indexOf(end);
    expect(replies[1]!.tokens).toEqual(stop < 0 ? other : other.slice(0, stop));
  });

  it("reads the answer's probability from the logits after the first mark", async () => {
    const replies = await open({
      verdicts: [
        { after: greedy.slice(2, 4), a: 4, b: 6 },
        { after: greedy.slice(4, 6), a: 6, b: 4 },
      ],
    }).generate({ images, prompts: [prompts[0]!] }, { maxTokens: 8 });
    const logits = golden.value("step_logits/0");
    const row = logits.data.subarray(4 * logits.shape[1]!, 5 * logits.shape[1]!);
    expect(replies[0]!.answerIndex).toBe(4);
    expect(replies[0]!.probabilityA).toBeCloseTo(1 / (1 + Math.exp(row[6]! - row[4]!)), 4);
  });

  it("obeys a constraint and tells every token as it comes", async () => {
    const heard: number[][] = [[], []];
    const replies = await open().generate(
      { images, prompts },
      {
        maxTokens: 4,
        constraint: (generated) => [20 + generated.length],
        onToken: (row, token) => heard[row]!.push(token),
      },
    );
    expect(replies.map(({ tokens }) => tokens)).toEqual([
      [20, 21, 22, 23],
      [20, 21, 22, 23],
    ]);
    expect(heard).toEqual(replies.map(({ tokens }) => [...tokens]));
  });

  it("stops between tokens when cancelled, and leaves no tensor behind", async () => {
    const before = engine.memory().tensors;
    const controller = new AbortController();
    const reason = new Error("enough");
    const run = open().generate(
      { images, prompts },
      { maxTokens: 30, signal: controller.signal, onToken: () => controller.abort(reason) },
    );
    await expect(run).rejects.toBe(reason);
    expect(engine.memory().tensors).toBe(before);
  });

  it("refuses a prompt longer than the model's positions", async () => {
    const ids = Array.from({ length: 128 }, () => 1);
    await expect(
      open().generate({ images: [], prompts: [{ ids, images: [] }] }, { maxTokens: 1 }),
    ).rejects.toMatchObject({ code: "token-limit" });
  });
});

describe("attention", () => {
  it("shares sum to 1 over both images; a half-open range is the mean of its rows", async () => {
    const selector = open();
    const base = { images, prompt: prompts[0]!, generated: greedy.slice(0, 6) };
    const whole = await selector.attention({ ...base, from: 2, to: 4 });
    expect(whole.grid).toEqual([2, 2]);
    const total = whole.maps.flatMap((map) => [...map]).reduce((sum, value) => sum + value, 0);
    expect(total).toBeCloseTo(1, 5);
    const first = await selector.attention({ ...base, from: 2, to: 3 });
    const second = await selector.attention({ ...base, from: 3, to: 4 });
    expect(whole.imageShare).toBeCloseTo((first.imageShare + second.imageShare) / 2, 5);
    expect(whole.imageShare).toBeGreaterThan(0);
    expect(whole.imageShare).toBeLessThan(1);
    const joined =
      (first.maps[0]![0]! * first.imageShare + second.maps[0]![0]! * second.imageShare) /
      (first.imageShare + second.imageShare);
    expect(whole.maps[0]![0]).toBeCloseTo(joined, 5);
  });

  it("refuses an empty range", async () => {
    const query = { images, prompt: prompts[0]!, generated: greedy.slice(0, 6), from: 3, to: 3 };
    await expect(open().attention(query)).rejects.toMatchObject({ code: "input-invalid" });
  });
});
