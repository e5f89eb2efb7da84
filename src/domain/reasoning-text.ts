import type { ProtocolAnswers, QuestionId } from "./evaluation-protocol";
import { QUESTION_IDS } from "./evaluation-protocol";

/**
 * The selector's text format: the prompt it reads and the response it writes.
 * `printReasoning` and `parseReasoning` are inverse to each other. docs/selector-format.md is the
 * specification; training/ follows it too.
 */

/** Special tokens, as in the Idefics3 family, and the tags of the response. */
export const TOKENS = {
  start: "<|im_start|>",
  end: "<end_of_utterance>",
  aroundImage: "<fake_token_around_image>",
  globalImage: "<global-img>",
  image: "<image>",
  think: "<think>",
  thinkEnd: "</think>",
  answer: "<answer>",
  answerEnd: "</answer>",
} as const;

export const PROTOCOL_LINE = "Protocol: Q1 Q2 Q3 Q4 Q5 Q6 Q7 Q8 Q9 Q10";

/** Longest title or query, and most queries, that go into a prompt; the rest is cut. */
export const PROMPT_LIMITS = { characters: 120, queries: 4 } as const;

export interface PromptInput {
  readonly language: "en" | "zh";
  readonly queries: readonly string[];
  readonly title: string;
}

/** The text before, between and after the two images. */
export interface PromptPieces {
  readonly beforeA: string;
  readonly beforeB: string;
  readonly after: string;
}

const SPECIAL = new RegExp(
  `${Object.values(TOKENS)
    .map((token) => token.replace(/[|]/gu, "\\$&"))
    .join("|")}|<pad>`,
  "gu",
);

/** One line of user text: no special tokens, no line breaks, no query separator, not too long. */
export function cleanPromptText(text: string): string {
  // Removing one token can join the halves of another, so remove until nothing is left to remove.
  let clean = text;
  for (let before = ""; before !== clean;) {
    before = clean;
    clean = clean.replace(SPECIAL, "");
  }
  // Code points, so that no surrogate pair is split.
  return Array.from(clean.replace(/[\s|]+/gu, " ").trim())
    .slice(0, PROMPT_LIMITS.characters)
    .join("")
    .trim();
}

/** The prompt around the images; user text cannot smuggle in special tokens. */
export function printPrompt(input: PromptInput): PromptPieces {
  const queries = input.queries
    .map(cleanPromptText)
    .filter((query) => query !== "")
    .slice(0, PROMPT_LIMITS.queries);
  return {
    beforeA: `${TOKENS.start}User:Language: ${input.language}\nQueries: ${queries.join(" | ")}\nTitle: ${cleanPromptText(input.title)}\nA:`,
    beforeB: "\nB:",
    after: `\n${PROTOCOL_LINE}${TOKENS.end}\nAssistant:`,
  };
}

/** The placeholder of one image that became `count` visual tokens. */
export function printImage(count: number): string {
  return `${TOKENS.aroundImage}${TOKENS.globalImage}${TOKENS.image.repeat(count)}${TOKENS.aroundImage}`;
}

/** The whole prompt as one text. */
export function printWholePrompt(input: PromptInput, tokensA: number, tokensB: number): string {
  const pieces = printPrompt(input);
  return `${pieces.beforeA}${printImage(tokensA)}${pieces.beforeB}${printImage(tokensB)}${pieces.after}`;
}

/** The input again from a whole prompt, or undefined when it is not one. */
export function parsePrompt(
  text: string,
): (PromptInput & { readonly tokensA: number; readonly tokensB: number }) | undefined {
  const image = `${TOKENS.aroundImage}${TOKENS.globalImage}((?:${TOKENS.image})+)${TOKENS.aroundImage}`;
  const found = new RegExp(
    `^<\\|im_start\\|>User:Language: (en|zh)\\nQueries: (.*)\\nTitle: (.*)\\nA:${image}\\nB:${image}\\n${PROTOCOL_LINE}${TOKENS.end}\\nAssistant:$`,
    "u",
  ).exec(text);
  if (!found) return undefined;
  const [, language, queries = "", title = "", a = "", b = ""] = found;
  return {
    language: language === "zh" ? "zh" : "en",
    queries: queries === "" ? [] : queries.split(" | "),
    title,
    tokensA: a.length / TOKENS.image.length,
    tokensB: b.length / TOKENS.image.length,
  };
}

/** One answered question with its reason, which is one line and may be empty. */
export interface ReasoningLine {
  readonly question: QuestionId;
  readonly answer: string;
  readonly reason: string;
}

export interface Reasoning {
  /** In the order of the questions; each at most once. */
  readonly lines: readonly ReasoningLine[];
  /** The letter in the answer tag, or undefined where there was none. */
  readonly label: "A" | "B" | undefined;
  /** True when the text follows the format from the first tag to the last. */
  readonly isWellFormed: boolean;
}

const ANSWERS: Readonly<Record<QuestionId, readonly string[]>> = {
  q1: ["YES", "NO"],
  q2: ["YES", "NO"],
  q3: ["A>B", "A=B", "A<B"],
  q4: ["A>B", "A=B", "A<B"],
  q5: ["A>B", "A=B", "A<B"],
  q6: ["A>B", "A=B", "A<B"],
  q7: ["A>B", "A=B", "A<B"],
  q8: ["A>B", "A=B", "A<B"],
  q9: ["A>B", "A=B", "A<B"],
  q10: ["A", "B"],
};

/** Prints a response; the inverse of `parseReasoning` for well-formed reasonings. */
export function printReasoning(lines: readonly ReasoningLine[], label: "A" | "B"): string {
  const body = lines.map(printLine).join("\n");
  return `${TOKENS.think}\n${body}\n${TOKENS.thinkEnd}${TOKENS.answer}${label}${TOKENS.answerEnd}`;
}

function printLine({ question, answer, reason }: ReasoningLine): string {
  const line = `${question.toUpperCase()} ${answer}`;
  if (reason === "") return line;
  const clean = cleanReason(reason);
  return clean === "" ? line : `${line} ${clean}`;
}

function cleanReason(reason: string): string {
  if (reason === "") return "";
  let clean = reason;
  for (let before = ""; before !== clean;) {
    before = clean;
    clean = clean.replace(SPECIAL, "");
  }
  return clean.replace(/\s+/gu, " ").trim();
}

/** Reads `Q3 A>B reason`; undefined for anything else. */
export function parseReasoningLine(line: string): ReasoningLine | undefined {
  const found = /^Q(10|[1-9]) (\S+)(?: (.*))?$/u.exec(line);
  if (!found) return undefined;
  const question = `q${found[1] ?? ""}` as QuestionId;
  const answer = found[2] ?? "";
  if (!ANSWERS[question].includes(answer)) return undefined;
  return { question, answer, reason: cleanReason(found[3] ?? "") };
}

/**
 * Reads a response, as far as it goes: lines that follow the format count, others are left out and
 * make the whole not well-formed. A question answered twice counts once, the first time.
 */
export function parseReasoning(text: string): Reasoning {
  const body = text.endsWith(TOKENS.end) ? text.slice(0, -TOKENS.end.length) : text;
  const thought = between(body, TOKENS.think, TOKENS.thinkEnd);
  const answer = between(body, TOKENS.answer, TOKENS.answerEnd);
  const lines: ReasoningLine[] = [];
  let clean = true;
  for (const raw of (thought ?? "").split("\n")) {
    if (raw === "") continue;
    const line = parseReasoningLine(raw);
    const last = lines.at(-1);
    const inOrder =
      line !== undefined && (last === undefined || orderOf(line.question) > orderOf(last.question));
    if (line && inOrder) lines.push(line);
    else clean = false;
  }
  const label = answer === "A" || answer === "B" ? answer : undefined;
  const isWellFormed =
    clean && label !== undefined && lines.length > 0 && printReasoning(lines, label) === body;
  return { lines, label, isWellFormed };
}

function orderOf(question: QuestionId): number {
  return QUESTION_IDS.indexOf(question);
}

function between(text: string, open: string, close: string): string | undefined {
  const start = text.indexOf(open);
  if (start < 0) return undefined;
  const end = text.indexOf(close, start + open.length);
  return text.slice(start + open.length, end < 0 ? undefined : end);
}

/** The answers of a response's lines; Q10 is taken from its line, else from the label. */
export function answersOf(reasoning: Reasoning): ProtocolAnswers {
  const answers: Record<string, string> = {};
  for (const line of reasoning.lines) answers[line.question] = line.answer;
  if (answers["q10"] === undefined && reasoning.label !== undefined)
    answers["q10"] = reasoning.label;
  return answers as ProtocolAnswers;
}

/** The reasons of a response by question. */
export function reasonsOf(reasoning: Reasoning): Partial<Record<QuestionId, string>> {
  return Object.fromEntries(reasoning.lines.map((line) => [line.question, line.reason]));
}

/**
 * Reads a response as it streams in: give it each new piece of text, get the lines that the piece
 * completed. A line is complete at its line break, so a reason is never shown half-read.
 */
export function createReasoningReader(): {
  readonly push: (piece: string) => readonly ReasoningLine[];
} {
  let rest = "";
  let inside = false;
  let finished = false;
  let last = -1;
  return {
    push(piece) {
      const out: ReasoningLine[] = [];
      if (finished) return out;
      rest += piece;
      if (!inside) {
        const start = rest.indexOf(TOKENS.think);
        if (start < 0) return out;
        inside = true;
        rest = rest.slice(start + TOKENS.think.length);
      }
      for (let end = rest.indexOf("\n"); end >= 0; end = rest.indexOf("\n")) {
        const line = parseReasoningLine(rest.slice(0, end));
        if (line && orderOf(line.question) > last) {
          out.push(line);
          last = orderOf(line.question);
        }
        rest = rest.slice(end + 1);
      }
      finished = rest.includes(TOKENS.thinkEnd);
      return out;
    },
  };
}
