import type { LabelEvent } from "@/domain/labeling/events";
import { applyEvent, createLabelState, foldEvents } from "@/domain/labeling/label-state";
import type {
  LabelingCreative,
  LabelingPair,
  LabelingProduct,
  LabelingProject,
} from "@/domain/labeling/records";
import type { ProjectData } from "./export/project-data";

/**
 * A copy of an open project that follows the original part by part: large parts come in pieces, so
 * that the page never spends long on copying, and afterwards only what is new comes.
 */

/** A piece of a project. `clear` begins a part anew. */
export type MirrorPart =
  | { readonly kind: "project"; readonly project: LabelingProject }
  | { readonly kind: "clear"; readonly part: "products" | "creatives" | "pairs" | "events" }
  | { readonly kind: "products"; readonly items: readonly LabelingProduct[] }
  | { readonly kind: "creatives"; readonly items: readonly LabelingCreative[] }
  | { readonly kind: "pairs"; readonly items: readonly LabelingPair[] }
  | { readonly kind: "events"; readonly items: readonly LabelEvent[] };

export interface ProjectMirror {
  readonly take: (part: MirrorPart) => void;
  /** The project as far as it has come. @throws before its first part. */
  readonly read: () => ProjectData;
}

/** An empty mirror. */
export function createMirror(): ProjectMirror {
  let project: LabelingProject | undefined;
  const products = new Map<string, LabelingProduct>();
  const creatives = new Map<string, LabelingCreative>();
  const pairs: LabelingPair[] = [];
  const pairsById = new Map<string, LabelingPair>();
  let state = createLabelState();

  function clear(part: (MirrorPart & { kind: "clear" })["part"]): void {
    if (part === "products") products.clear();
    else if (part === "creatives") creatives.clear();
    else if (part === "events") state = createLabelState();
    else {
      pairs.length = 0;
      pairsById.clear();
    }
  }
  return {
    take(part) {
      switch (part.kind) {
        case "project":
          project = part.project;
          break;
        case "clear":
          clear(part.part);
          break;
        case "products":
          for (const one of part.items) products.set(one.id, one);
          break;
        case "creatives":
          for (const one of part.items) creatives.set(one.id, one);
          break;
        case "pairs":
          for (const one of part.items) {
            pairs.push(one);
            pairsById.set(one.id, one);
          }
          break;
        case "events": {
          const inOrder = part.items.every((event) => applyEvent(state, event));
          if (!inOrder) state = foldEvents([...state.events.values(), ...part.items]);
        }
      }
    },
    read() {
      if (project === undefined) throw new Error("createMirror: read before the first part");
      return { project, products, creatives, pairs, pairsById, state };
    },
  };
}

/** What a mirror has been given, to tell what it still needs. */
interface Given {
  readonly project: LabelingProject;
  readonly products: ProjectData["products"];
  readonly creatives: ProjectData["creatives"];
  readonly pairs: ProjectData["pairs"];
  readonly state: ProjectData["state"];
  readonly events: number;
}

/** Items of one piece: a few milliseconds of copying, also on a busy machine. */
const PIECE = 500;

function* pieces<T>(items: Iterable<T>, skip = 0): Generator<T[]> {
  let piece: T[] = [];
  let at = 0;
  for (const item of items) {
    if (at++ < skip) continue;
    piece.push(item);
    if (piece.length === PIECE) {
      yield piece;
      piece = [];
    }
  }
  if (piece.length > 0) yield piece;
}

export interface MirrorFeed {
  /** The parts that bring the mirror from what it was given to `data`. */
  readonly partsFor: (data: ProjectData) => Generator<MirrorPart>;
}

/**
 * Tells, call by call, what a mirror lacks. The state changes in place and only grows; when it is
 * another object, the log was folded anew and comes whole.
 */
export function createMirrorFeed(): MirrorFeed {
  let given: Given | undefined;
  return {
    *partsFor(data) {
      const before = given;
      const { project, products, creatives, pairs, state } = data;
      // Set after the last part: a feed that was broken off begins again.
      given = undefined;
      if (before?.project !== project) yield { kind: "project", project };
      if (before?.products !== products) {
        yield { kind: "clear", part: "products" };
        for (const items of pieces(products.values())) yield { kind: "products", items };
      }
      if (before?.creatives !== creatives) {
        yield { kind: "clear", part: "creatives" };
        for (const items of pieces(creatives.values())) yield { kind: "creatives", items };
      }
      if (before?.pairs !== pairs) {
        yield { kind: "clear", part: "pairs" };
        for (const items of pieces(pairs)) yield { kind: "pairs", items };
      }
      const known = before?.state === state ? before.events : 0;
      if (known === 0) yield { kind: "clear", part: "events" };
      let events = known;
      for (const items of pieces(state.events.values(), known)) {
        events += items.length;
        yield { kind: "events", items };
      }
      given = { project, products, creatives, pairs, state, events };
    },
  };
}
