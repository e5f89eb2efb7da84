import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { parseReasoning, printReasoning, type ReasoningLine } from "@/domain/reasoning-text";
import { ASPECT_QUESTION_IDS } from "@/domain/evaluation-protocol";
import { createTokenizer } from "../assets/tokenizer";
import {
  advance,
  markOf,
  MAX_REASON_CHARACTERS,
  startState,
  type GrammarState,
} from "./response-grammar";
import { CLOSING_TOKENS, createResponseConstraint } from "./token-constraint";

const reason = fc.string({ maxLength: 30 }).map((text) => text.replaceAll(/[<>\s]+/g, " ").trim());
const gate = fc.constantFrom("YES", "NO");
const lines: fc.Arbitrary<ReasoningLine[]> = fc
  .tuple(
    fc.tuple(gate, gate),
    fc.array(fc.constantFrom("A>B", "A=B", "A<B"), { minLength: 7, maxLength: 7 }),
    fc.constantFrom("A", "B"),
    fc.array(reason, { minLength: 10, maxLength: 10 }),
  )
  .map(([gates, aspects, label, reasons]) =>
    [
      ...gates.map((answer, i) => ({ question: i === 0 ? "q1" : "q2", answer }) as const),
      ...aspects.map((answer, i) => ({ question: ASPECT_QUESTION_IDS[i]!, answer })),
      { question: "q10" as const, answer: label },
    ].map((line, i) => ({ ...line, reason: reasons[i]! })),
  );

/** The state after the text, when the grammar allows it. */
function read(text: string, from = startState("en")): GrammarState | undefined {
  const marked = text.replaceAll(/<\/?(?:think|answer)>/g, (token) => markOf(token) ?? token);
  return advance(from, marked);
}

describe("the grammar", () => {
  test("accepts every printed response, cut at any line", () => {
    fc.assert(
      fc.property(lines, fc.constantFrom("A", "B"), fc.nat(), (given, label, cut) => {
        const text = printReasoning(given, label as "A" | "B");
        expect(read(text)).toEqual({ kind: "end" });
        const at = text.lastIndexOf("\n", cut % text.length);
        const head = read(text.slice(0, Math.max(0, at)));
        expect(head && read(text.slice(Math.max(0, at)), head)).toEqual({ kind: "end" });
      }),
    );
  });

  test("lets the verdict follow early only after YES to a gate question", () => {
    expect(read("<think>\nQ1 YES same\n</think><answer>A</answer>")).toEqual({ kind: "end" });
    expect(read("<think>\nQ1 NO\n</think>")).toBeUndefined();
  });

  test.each([
    "Q1 NO",
    "<think>\nQ2 NO",
    "<think>\nQ1 MAYBE",
    "<think>\nQ1 NO\nQ2 NO\nQ3 YES",
    `<think>\nQ1 NO ${"x".repeat(MAX_REASON_CHARACTERS + 1)}`,
  ])("refuses %j", (text) => {
    expect(read(text)).toBeUndefined();
  });
});

describe("the language of reasons", () => {
  const firstLine = (language: "en" | "zh", text: string) =>
    read(`<think>\nQ1 NO ${text}\n`, startState(language));

  test.each([
    ["en", "Only A speaks of outdoor use"],
    ["en", 'A reads "买一送一", as searched'],
    ["zh", "只有B有“Buy today”引导"],
    ["zh", "A的T恤更醒目，B没有标题"],
  ] as const)("%s may be: %s", (language, text) => {
    expect(firstLine(language, text)).toBeDefined();
  });

  test.each([
    ["en", "两张图不同"],
    ["en", 'A reads "SALE"，都不合'],
    ["zh", "Only A speaks of outdoor use"],
    ["zh", "A写“SALE”, as searched"],
  ] as const)("%s may not be: %s", (language, text) => {
    expect(firstLine(language, text)).toBeUndefined();
  });
});

describe("constrained decoding", () => {
  const SPECIAL = ["<think>", "</think>", "<answer>", "</answer>", "<end_of_utterance>", "<image>"];
  const WORDS = ["Q1", "Q2", "Q3", "Q10", "A>B", "A", "B", "YES", "NO", "N", "O", "Q", "Ġ", "Ċ"];
  const letters = Array.from("abcdefgQ0123456789=<>", (c) => c).filter((c) => !WORDS.includes(c));
  const vocabulary = [...SPECIAL, ...WORDS, ...letters];
  const tokenizer = createTokenizer({
    added_tokens: SPECIAL.map((content, id) => ({ id, content, special: true })),
    pre_tokenizer: { type: "ByteLevel", add_prefix_space: false },
    decoder: { type: "ByteLevel" },
    model: { type: "BPE", vocab: Object.fromEntries(vocabulary.map((t, i) => [t, i])), merges: [] },
  });
  const end = tokenizer.idOf("<end_of_utterance>")!;

  test("a model that chooses at random always reaches a verdict within its budget", () => {
    const constrain = createResponseConstraint(tokenizer, end);
    fc.assert(
      fc.property(fc.infiniteStream(fc.nat({ max: 1_000_000 })), fc.nat(400), (choices, budget) => {
        const constraint = constrain(budget, "en");
        const generated: number[] = [];
        for (const choice of choices) {
          const allowed = constraint(generated, 0)!;
          expect(allowed.length).toBeGreaterThan(0);
          const id = allowed[choice % allowed.length]!;
          if (id === end) break;
          generated.push(id);
        }
        expect(generated.length).toBeLessThanOrEqual(budget + CLOSING_TOKENS);
        const parsed = parseReasoning(tokenizer.decode(generated));
        expect(parsed.label).toMatch(/^[AB]$/);
        expect(parsed.lines[0]?.question).toBe("q1");
      }),
      { numRuns: 20 },
    );
  });

  test("rows are independent of each other", () => {
    const constraint = createResponseConstraint(tokenizer, end)(100, "en");
    const think = tokenizer.idOf("<think>")!;
    const ids = (row: number, generated: number[]): string[] =>
      constraint(generated, row)!.map((id) => tokenizer.decode([id]));
    expect(ids(0, [])).toEqual(["<think>"]);
    expect(ids(0, [think])).toEqual(["\n"]);
    expect(ids(1, [])).toEqual(["<think>"]);
  });
});
