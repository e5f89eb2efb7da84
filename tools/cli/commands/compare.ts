import { createHash } from "node:crypto";
import { parseArgs } from "node:util";
import type { CreativePairRecord } from "@/domain/creative-pair";
import { flipAnswers, QUESTION_IDS, type ProtocolAnswers } from "@/domain/evaluation-protocol";
import type { ModelSummary, PairResult } from "@/inference/protocol/messages";
import { systemClock } from "@/shared/lib/system-clock";
import { UsageError, type CliCommand, type CliIo } from "../command";
import { MODEL_OPTIONS, MODEL_USAGE } from "../model-options";

const USAGE = `Usage: perigee compare A B [OPTIONS]

Asks a selector which of two creatives of one product would be clicked more often. Both display
orders are run; the verdict's probability is their mean.

Arguments:
  A, B             image files (JPEG, PNG, WebP, AVIF, GIF)

Options:
  --title TEXT     title of the product
  --query TEXT     what shoppers search for; may be given several times
  --language LANG  en or zh: the language of the reasons (default: en)
  --json           the verdict, both runs and a CreativePair record as JSON on standard output
${MODEL_USAGE}

Example:
  npm run --silent perigee -- compare a.jpg b.jpg --title "Rain jacket" --query "hiking jacket" --json
`;

interface Request {
  readonly a: string;
  readonly b: string;
  readonly title: string;
  readonly queries: readonly string[];
  readonly language: "en" | "zh";
}

async function pairId(images: readonly Blob[]): Promise<string> {
  const hash = createHash("sha256");
  for (const image of images) {
    const bytes = new Uint8Array(await image.arrayBuffer());
    hash.update(createHash("sha256").update(bytes).digest());
  }
  return `pair-${hash.digest("hex").slice(0, 16)}`;
}

/** The pair as a CreativePair record: answers and reasons are those of the order as given. */
function toRecord(
  id: string,
  request: Request,
  result: PairResult,
  model: ModelSummary,
  createdAt: string,
): CreativePairRecord {
  const [run] = result.runs;
  return {
    id,
    image_a: request.a,
    image_b: request.b,
    product_title: request.title,
    query: request.queries[0] ?? "",
    queries: [...request.queries],
    protocol: run.answers,
    explanations: run.reasons,
    label: result.probabilityA >= 0.5 ? "A" : "B",
    label_source: "model",
    cot: run.text,
    annotator: `${model.id}@${model.revision}`,
    created_at: createdAt,
    presented_order: "AB",
  };
}

/** The answer to one question in both orders, in the terms of the pair as given. */
function row(question: (typeof QUESTION_IDS)[number], result: PairResult): string {
  const [ab, ba] = result.runs;
  const flipped: ProtocolAnswers = flipAnswers(ba.answers);
  const first = ab.answers[question] ?? "–";
  const second = flipped[question] ?? "–";
  const answers = first === second ? first : `${first} (other order: ${second})`;
  return `${question.toUpperCase().padEnd(4)} ${answers}  ${ab.reasons[question] ?? ""}`.trimEnd();
}

function report(request: Request, result: PairResult, model: ModelSummary): string {
  const winner = result.probabilityA >= 0.5 ? "A" : "B";
  const file = winner === "A" ? request.a : request.b;
  const share = Math.max(result.probabilityA, 1 - result.probabilityA);
  const verdict = result.ordersAgree
    ? `${winner} (${file}) with probability ${share.toFixed(3)}; both orders agree`
    : `depends on order; the mean favours ${winner} (${file}) with probability ${share.toFixed(3)}`;
  const lines = QUESTION_IDS.map((question) => row(question, result));
  const { totalMs } = result.timings;
  return [
    ...lines,
    "",
    `Verdict: ${verdict}`,
    `${model.name} ${model.id}@${model.revision} on ${result.engine}, ${(totalMs / 1000).toFixed(1)} s`,
    "",
  ].join("\n");
}

function readArguments(args: string[]) {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: {
      ...MODEL_OPTIONS,
      title: { type: "string", default: "" },
      query: { type: "string", multiple: true, default: [] },
      language: { type: "string", default: "en" },
      json: { type: "boolean", default: false },
    },
  });
  const [a, b, ...others] = positionals;
  if (a === undefined || b === undefined || others.length > 0) {
    throw new UsageError(`give exactly two images, not ${positionals.length}`);
  }
  const { language, title, query } = values;
  if (language !== "en" && language !== "zh") {
    throw new UsageError(`--language ${language}: the languages are en and zh`);
  }
  return { values, request: { a, b, title, queries: query, language } satisfies Request };
}

async function run(args: string[], { stdout, stderr, signal }: CliIo): Promise<number> {
  const { values, request } = readArguments(args);
  const { createModelTools } = await import("../model-tools");
  const { comparePair } = await import("@/inference/worker/compare-pair");
  const { decodeImageInNode } = await import("../node/decode-image");
  const { openFile } = await import("../node/open-file");
  const { registry, engines, models } = createModelTools(values);
  const [imageA, imageB] = [await openFile(request.a), await openFile(request.b)];
  const summary = await registry.find("selector", values.model);
  const ref = { id: summary.id, revision: summary.revision };
  const model = await models.selector(ref, { signal });
  const engine = await engines.engine();
  const isLive = (stderr as { isTTY?: boolean }).isTTY === true && values.json;
  const result = await comparePair(
    { model: ref, imageA, imageB, ...request },
    model,
    engine.id,
    { decode: decodeImageInNode, clock: systemClock, signal },
    (event) => {
      if (isLive && event.kind === "answer" && event.order === "AB") {
        stderr.write(`${event.question.toUpperCase()} ${event.answer} ${event.reason}\n`);
      }
    },
  );
  if (!values.json) {
    stdout.write(report(request, result, summary));
    return 0;
  }
  const createdAt = new Date(systemClock.now()).toISOString();
  const id = await pairId([imageA, imageB]);
  const record = toRecord(id, request, result, summary, createdAt);
  const output = {
    verdict: record.label,
    probability_a: result.probabilityA,
    orders_agree: result.ordersAgree,
    runs: result.runs,
    engine: result.engine,
    model: ref,
    timings: result.timings,
    record,
  };
  stdout.write(`${JSON.stringify(output, null, 2)}\n`);
  return 0;
}

export const command: CliCommand = {
  name: "compare",
  summary: "Ask a selector which of two creatives wins, and why.",
  usage: USAGE,
  run,
};
