import { openAsBlob } from "node:fs";
import { QUESTION_IDS } from "@/domain/evaluation-protocol";
import type { DecodeImage } from "@/inference/images/image";
import type { EngineId, ModelRef } from "@/inference/protocol/messages";
import { comparePair } from "@/inference/worker/compare-pair";
import type { ReadySelector } from "@/inference/worker/model-host";
import { AppError, messageOf } from "@/shared/lib/errors";
import { systemClock } from "@/shared/lib/system-clock";
import type { CliIo } from "../command";
import { createModelTools } from "../model-tools";
import { decodeImageInNode } from "../node/decode-image";
import { createProgressBar } from "../progress-bar";
import { formatNumber, formatTable } from "../text-table";
import { blankImage, type Condition } from "./conditions";
import { readHeldOut, sidesOf, type HeldOut, type Selection } from "./held-out-pairs";
import { figuresOf, scoreRun, type ScoredPair, type SelectorFigures } from "./selector-figures";
import type { Rate } from "./stats";

export interface SelectorRequest extends Required<Selection> {
  readonly folders: readonly string[];
  readonly condition: Condition;
  readonly language: "en" | "zh";
  readonly model: string | undefined;
  readonly models: string;
  readonly engine: string;
  readonly json: boolean;
}

async function openPicture(path: string): Promise<Blob> {
  try {
    return await openAsBlob(path);
  } catch (error) {
    throw new AppError("input-invalid", `${path} cannot be read: ${messageOf(error)}`, {
      cause: error,
    });
  }
}

interface Asked {
  readonly ref: ModelRef;
  readonly model: ReadySelector;
  readonly engine: EngineId;
}

async function scorePairs(
  { pairs, creatives }: HeldOut,
  { ref, model, engine }: Asked,
  { condition, language }: SelectorRequest,
  io: CliIo,
): Promise<ScoredPair[]> {
  const { signal } = io;
  const blank = blankImage(model.preprocess);
  const decode: DecodeImage =
    condition === "no-images" ? () => Promise.resolve(blank) : decodeImageInNode;
  const bar = createProgressBar(io.stderr, "compare", systemClock);
  const scored: ScoredPair[] = [];
  for (const pair of pairs) {
    const sides = sidesOf(pair, creatives);
    const [imageA, imageB] = [await openPicture(sides[0].path), await openPicture(sides[1].path)];
    const title = pair.title[language];
    const queries = condition === "no-queries" ? [] : pair.queries[language];
    const result = await comparePair(
      { model: ref, imageA, imageB, title, queries, language },
      model,
      engine,
      { decode, clock: systemClock, signal },
      () => undefined,
    );
    const [ab, ba] = result.runs.map((run) => scoreRun(run, pair, sides, language));
    scored.push({ pair, probabilityA: result.probabilityA, runs: [ab!, ba!] });
    bar.update(scored.length, pairs.length);
  }
  bar.clear();
  return scored;
}

function rateRow(name: string, { value, low, high, n }: Rate): string[] {
  return [name, formatNumber(value), formatNumber(low), formatNumber(high), String(n)];
}

function tableOf(figures: SelectorFigures): string {
  const ofPairs = (name: string, value: number | null) => [
    name,
    formatNumber(value),
    "–",
    "–",
    String(figures.pairs),
  ];
  return formatTable([
    ["figure", "value", "low", "high", "n"],
    ofPairs("ceiling", figures.ceiling),
    rateRow("accuracy, orders averaged", figures.accuracy),
    ofPairs("accuracy / ceiling", figures.accuracyOfCeiling),
    rateRow("accuracy of one run", figures.singleRun),
    rateRow("right in both orders", figures.bothOrders),
    rateRow("flips", figures.flips),
    rateRow("true facts", figures.trueFacts),
    rateRow("faithful reasons", figures.faithfulReasons),
    rateRow("reasons outside the grammar", figures.reasonsOutsideGrammar),
    rateRow("well-formed responses", figures.wellFormedResponses),
    ...QUESTION_IDS.map((q) => rateRow(q.toUpperCase(), figures.questions[q])),
    ofPairs("ECE", figures.expectedCalibrationError),
  ]);
}

/** Every chosen pair in both display orders: verdicts, answers and reasons against what is true. */
export async function evaluateSelector(request: SelectorRequest, io: CliIo): Promise<number> {
  const { folders, subset, skip, condition, language } = request;
  const heldOut = await readHeldOut(folders, request);
  const { registry, engines, models } = createModelTools(request);
  const { id, revision } = await registry.find("selector", request.model);
  const ref = { id, revision };
  const model = await models.selector(ref, { signal: io.signal });
  const engine = (await engines.engine()).id;
  const figures = figuresOf(await scorePairs(heldOut, { ref, model, engine }, request, io));
  if (request.json) {
    const about = { model: ref, engine, data: folders };
    const output = { ...about, subset, skip, condition, language, ...figures };
    io.stdout.write(`${JSON.stringify(output, null, 2)}\n`);
    return 0;
  }
  const first = skip === 0 ? "" : `, without the first ${skip} pairs`;
  io.stdout.write(
    `${id}@${revision} on ${engine}: ${folders.join(", ")}; ${subset}${first}, ${condition}, ${language}\n\n`,
  );
  io.stdout.write(tableOf(figures));
  return 0;
}
