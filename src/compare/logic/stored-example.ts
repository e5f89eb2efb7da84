import { z } from "zod";
import { protocolAnswersSchema } from "@/domain/creative-pair";
import { QUESTION_IDS, type ProtocolAnswers } from "@/domain/evaluation-protocol";
import { AppError } from "@/shared/lib/errors";
import type { PairOutcome } from "./job";

const bilingual = z.object({ en: z.string().max(500), zh: z.string().max(500) });
/** A file name inside the demo folder: no scheme, no step upwards. */
const demoFile = z
  .string()
  .max(200)
  .regex(/^(?!.*\.\.)[\w./-]+\.(?:webp|png|jpe?g|avif)$/u);

const exampleSetSchema = z.object({
  id: z.string().min(1).max(100),
  title: bilingual,
  queries: z.object({
    en: z.array(z.string().max(500)).max(10),
    zh: z.array(z.string().max(500)).max(10),
  }),
  images: z.array(demoFile).min(2).max(8),
});
/** A built-in set of creatives of one product. */
export type ExampleSet = z.infer<typeof exampleSetSchema>;

const examplesSchema = z.union([
  z.array(exampleSetSchema),
  z.object({ examples: z.array(exampleSetSchema) }).transform(({ examples }) => examples),
]);

const probability = z.number().min(0).max(1);
const runSchema = z.object({
  order: z.enum(["AB", "BA"]),
  text: z.string().max(20_000),
  answers: protocolAnswersSchema.transform((answers) => answers as ProtocolAnswers),
  reasons: z.partialRecord(z.enum(QUESTION_IDS), z.string().max(2000)),
  probabilityA: probability,
  isWellFormed: z.boolean(),
  tokens: z.int().nonnegative(),
});
const outcomeSchema = z.object({
  runs: z.tuple([runSchema, runSchema]),
  probabilityA: probability,
  ordersAgree: z.boolean(),
  engine: z.string(),
  timings: z.object({ encodeMs: z.number(), generateMs: z.number(), totalMs: z.number() }),
});

const storedExampleSchema = z.object({
  version: z.literal(1),
  exampleId: z.string(),
  model: z.object({ id: z.string(), revision: z.string(), name: z.string() }),
  createdAt: z.iso.datetime(),
  results: z.object({ en: outcomeSchema, zh: outcomeSchema }),
});
/** What the shipped model said about one example set, computed by tools/make-first-example.ts. */
export interface StoredExample {
  readonly version: 1;
  readonly exampleId: string;
  readonly model: { readonly id: string; readonly revision: string; readonly name: string };
  readonly createdAt: string;
  readonly results: { readonly en: PairOutcome; readonly zh: PairOutcome };
}

function parseWith<T>(schema: z.ZodType<T>, value: unknown, what: string): T {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  throw new AppError("input-invalid", `${what}: ${z.prettifyError(parsed.error)}`);
}

/** @throws AppError `input-invalid` naming what is wrong. */
export function parseExamples(value: unknown): readonly ExampleSet[] {
  return parseWith(examplesSchema, value, "examples.json");
}

/** @throws AppError `input-invalid` naming what is wrong. */
export function parseStoredExample(value: unknown): StoredExample {
  return parseWith(storedExampleSchema, value, "first-example.json") as StoredExample;
}
