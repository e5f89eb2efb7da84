import type { LabelEvent } from "@/domain/labeling/events";
import { judgementsOf, type Judgement } from "@/domain/labeling/judgement";
import type { LabelState } from "@/domain/labeling/label-state";
import type {
  LabelingCreative,
  LabelingPair,
  LabelingProduct,
  LabelingProject,
} from "@/domain/labeling/records";
import { shortHash } from "../short-hash";

/** Everything an export can draw on. */
export interface ProjectData {
  readonly project: LabelingProject;
  readonly products: ReadonlyMap<string, LabelingProduct>;
  readonly creatives: ReadonlyMap<string, LabelingCreative>;
  readonly pairs: readonly LabelingPair[];
  readonly pairsById: ReadonlyMap<string, LabelingPair>;
  readonly state: LabelState;
}

/** Events in the order of the log. */
export function eventsOf(data: ProjectData): LabelEvent[] {
  return [...data.state.events.values()];
}

/** A judgement with what an export row needs of its pair. */
export interface ExportItem {
  readonly judgement: Judgement;
  readonly product: LabelingProduct;
  readonly a: LabelingCreative;
  readonly b: LabelingCreative;
  readonly annotator: string;
}

/** Judgements in force whose creatives are all there. */
export function exportItems(data: ProjectData): ExportItem[] {
  const names = new Map(data.project.annotators.map(({ id, name }) => [id, name]));
  const out: ExportItem[] = [];
  for (const judgement of judgementsOf(data.state, data.pairsById)) {
    const product = data.products.get(judgement.pair.productId);
    const a = data.creatives.get(judgement.pair.a);
    const b = data.creatives.get(judgement.pair.b);
    if (product === undefined || a === undefined || b === undefined) continue;
    const annotator = names.get(judgement.event.annotator) ?? judgement.event.annotator;
    out.push({ judgement, product, a, b, annotator });
  }
  return out;
}

const EXTENSION = /\.[a-z0-9]+$/iu;

const paths = new WeakMap<LabelingCreative, string>();

/**
 * Name of a creative's file inside an export: by content where the bytes are known, so that two
 * files of one name cannot meet; with the extension of the stored image.
 */
export function imagePath(creative: LabelingCreative): string {
  const known = paths.get(creative);
  if (known !== undefined) return known;
  const path = composePath(creative);
  paths.set(creative, path);
  return path;
}

function composePath(creative: LabelingCreative): string {
  const { image, sha256 } = creative;
  const source = image.kind === "site" ? image.url : image.path;
  const extension = (EXTENSION.exec(source) ?? EXTENSION.exec(creative.name))?.[0] ?? "";
  if (sha256 !== undefined) return `images/${sha256.slice(0, 16)}${extension.toLowerCase()}`;
  const { id } = creative;
  const safe = id
    .replace(EXTENSION, "")
    .replace(/[^\p{L}\p{N}._-]+/gu, "_")
    .slice(0, 120);
  // Two ids may differ only in what a file name cannot hold.
  const stem = `${safe}${extension}` === id ? safe : `${safe}-${shortHash(id)}`;
  return `images/${stem}${extension.toLowerCase()}`;
}

/** The judgement as the log holds it, as JSON for a row to carry (`carriedSchema`). */
export function carriedText({ pair, event }: Judgement): string {
  return `{"pair":${JSON.stringify(pair)},"event":${JSON.stringify(event)}}`;
}

/** Left and right as shown, from the pair's own sides. */
export function asShown<T>(judgement: Judgement, a: T, b: T): readonly [left: T, right: T] {
  return judgement.isSwapped ? [b, a] : [a, b];
}

/** The label in terms of left and right. */
export function shownLabel(judgement: Judgement): "left" | "right" | "none" {
  if (judgement.label === "none") return "none";
  return (judgement.label === "A") !== judgement.isSwapped ? "left" : "right";
}
