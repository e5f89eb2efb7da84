import { z } from "zod";
import type { ProjectData } from "./project-data";

export const MANIFEST_PATH = "manifest.json";

/** What an export holds, for programs; the data card says the same to people. */
export const manifestSchema = z.strictObject({
  schema: z.literal("perigee-export/1"),
  /** Format of the export, one of the identifiers in docs/formats. */
  format: z.string(),
  exported_at: z.string(),
  project: z.strictObject({
    id: z.string(),
    title: z.string(),
    /** Licence of the judgements; empty when the project states none. */
    licence: z.string(),
    protocol_version: z.int().positive(),
  }),
  counts: z.strictObject({
    products: z.int().min(0),
    creatives: z.int().min(0),
    pairs: z.int().min(0),
    judgements: z.int().min(0),
    events: z.int().min(0),
  }),
  /** `referenced`: the rows name the images, the zip does not hold them. */
  images: z.enum(["included", "referenced"]),
  /** Images that were wanted and could not be read. */
  missing_images: z.int().min(0),
  files: z.array(
    z.strictObject({
      path: z.string().min(1),
      /** Schema in docs/formats that the file, or each of its lines, fits; absent for other files. */
      schema: z.string().optional(),
    }),
  ),
});
export type Manifest = z.infer<typeof manifestSchema>;

const SCHEMA_OF: readonly (readonly [path: RegExp, schema: string])[] = [
  [/^perigee-project\.jsonl$/u, "project-line"],
  [/^decisions\.jsonl$/u, "decision"],
  [/^creative-pair\.jsonl$/u, "creative-pair"],
  [/^(?:train|test)\/metadata\.jsonl$/u, "hugging-face-metadata"],
  [/^label-studio\.json$/u, "label-studio-task"],
  [/^trl\/sft-\w+\.jsonl$/u, "trl-sft"],
  [/^trl\/grpo-\w+\.jsonl$/u, "trl-grpo"],
  [/^trl\/preference-\w+\.jsonl$/u, "trl-preference"],
  [/^ms-swift\/judge-\w+\.jsonl$/u, "ms-swift-judge"],
  [/^ms-swift\/reward-\w+\.jsonl$/u, "ms-swift-reward"],
  [/^llama-factory\/perigee_\w+\.jsonl$/u, "llama-factory-preference"],
  [/^llama-factory\/dataset_info\.json$/u, "llama-factory-dataset-info"],
  [/^arena\.jsonl$/u, "arena"],
  [/^llm-comparator\.json$/u, "llm-comparator"],
];

/** Name of the schema in docs/formats that a file of an export, or each of its rows, fits. */
export function schemaOfFile(path: string): string | undefined {
  return SCHEMA_OF.find(([pattern]) => pattern.test(path))?.[1];
}

export function manifestOf(
  data: ProjectData,
  about: {
    readonly format: string;
    readonly exportedAt: string;
    readonly judgements: number;
    readonly images: Manifest["images"];
    readonly missingImages: number;
    readonly paths: readonly string[];
  },
): Manifest {
  const { project, state } = data;
  return {
    schema: "perigee-export/1",
    format: about.format,
    exported_at: about.exportedAt,
    project: {
      id: project.id,
      title: project.title,
      licence: project.licence,
      protocol_version: project.protocols.at(-1)!.version,
    },
    counts: {
      products: data.products.size,
      creatives: data.creatives.size,
      pairs: data.pairs.length,
      judgements: about.judgements,
      events: state.events.size,
    },
    images: about.images,
    missing_images: about.missingImages,
    files: about.paths.map((path) => {
      const schema = schemaOfFile(path);
      return { path, ...(schema === undefined ? {} : { schema }) };
    }),
  };
}
