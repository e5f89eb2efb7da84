/**
 * M-BEIR files (Fashion200K tasks 0 and 3, and every other M-BEIR task): queries
 * `{qid, query_txt, query_img_path, pos_cand_list}` and a pool `{did, txt, img_path}`.
 */
import { z } from "zod";
import { checkRows, cleanText, createProblems, safePath, type RowResult } from "../rows";
import type { BenchmarkEntry, BenchmarkQuery, BenchmarkTask } from "../task";

const id = z.union([z.string().min(1), z.int()]).transform(String);
const optional = z
  .string()
  .nullish()
  .transform((value) => (value === null || value === undefined ? undefined : cleanText(value)))
  .transform((value) => (value === "" ? undefined : value));

const querySchema = z.object({
  qid: id,
  query_txt: optional,
  query_img_path: optional,
  pos_cand_list: z.array(id).default([]),
});
const poolSchema = z.object({ did: id, txt: optional, img_path: optional });

export interface MbeirTables {
  readonly queries: readonly RowResult[];
  readonly pool: readonly RowResult[];
  /** Judgements by query and document, where the queries carry none. */
  readonly qrels?: ReadonlyMap<string, ReadonlyMap<string, number>>;
}

function contentOf(text: string | undefined, image: string | undefined) {
  const path = image === undefined ? undefined : safePath(image);
  return {
    ...(text === undefined ? {} : { text }),
    ...(path === undefined ? {} : { image: path }),
  };
}

/** @param tables - rows of the query file and of the candidate pool. */
export function readMbeir(tables: MbeirTables): BenchmarkTask {
  const problems = createProblems();
  const candidates = new Map<string, BenchmarkEntry>();
  for (const { row, value } of checkRows("pool", tables.pool, poolSchema, problems)) {
    if (candidates.has(value.did)) problems.add("pool", row, "did", "was given before");
    else candidates.set(value.did, { id: value.did, ...contentOf(value.txt, value.img_path) });
  }
  const queries: BenchmarkQuery[] = [];
  for (const { row, value } of checkRows("queries", tables.queries, querySchema, problems)) {
    const judged = [...(tables.qrels?.get(value.qid) ?? [])].filter(([, gain]) => gain > 0);
    const given = [
      ...value.pos_cand_list.map((did) => ({ id: did, gain: 1 })),
      ...judged.map(([did, gain]) => ({ id: did, gain })),
    ];
    const relevant = given.filter(({ id: did }) => candidates.has(did));
    if (relevant.length < given.length) {
      const lost = given.length - relevant.length;
      problems.add("queries", row, "pos_cand_list", `${lost} positives are not in the pool`);
    }
    queries.push({ id: value.qid, ...contentOf(value.query_txt, value.query_img_path), relevant });
  }
  return {
    name: "Fashion200K (M-BEIR)",
    preset: "fashion200k",
    split: "all",
    queries,
    candidates: [...candidates.values()],
    levels: [],
    subjects: "candidates",
    trueGain: 0,
    relevance: "A query's true items are its positive candidates in M-BEIR.",
    problems: problems.list,
  };
}
