import { creativePairSchema, type CreativePairRecord } from "@/domain/creative-pair";
import type { Job, PairState } from "./job";

/** Version of the members under `perigee` in a record. */
const REPORT_VERSION = 1;

function recordOf(job: Job, pair: PairState): CreativePairRecord | undefined {
  const { outcome } = pair;
  const a = job.creatives[pair.a];
  const b = job.creatives[pair.b];
  if (outcome === undefined || a === undefined || b === undefined) return undefined;
  const [given] = outcome.runs;
  const record = {
    id: `${job.id}-${pair.a}-${pair.b}`,
    image_a: a.name,
    image_b: b.name,
    product_title: job.title,
    query: job.queries[0] ?? "",
    queries: [...job.queries],
    protocol: { ...given.answers },
    explanations: { ...given.reasons },
    label: outcome.probabilityA >= 0.5 ? ("A" as const) : ("B" as const),
    label_source: "model" as const,
    cot: given.text,
    created_at: new Date(job.createdAt).toISOString(),
    presented_order: "AB" as const,
    perigee: {
      version: REPORT_VERSION,
      model: job.model,
      language: job.language,
      engine: outcome.engine,
      probability_a: outcome.probabilityA,
      orders_agree: outcome.ordersAgree,
      runs: outcome.runs.map((run) => ({
        order: run.order,
        probability_a: run.probabilityA,
        answers: run.answers,
        reasons: run.reasons,
        well_formed: run.isWellFormed,
        tokens: run.tokens,
      })),
    },
  };
  return creativePairSchema.parse(record);
}

/** The decided pairs of a job as CreativePair records, sides as given. */
export function reportRecords(job: Job): readonly CreativePairRecord[] {
  return job.pairs.map((pair) => recordOf(job, pair)).filter((record) => record !== undefined);
}

/** The JSON report: one record for one pair, an array of records for more. */
export function reportJson(job: Job): string {
  const records = reportRecords(job);
  return `${JSON.stringify(records.length === 1 ? records[0] : records, null, 2)}\n`;
}
