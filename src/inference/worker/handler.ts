import type { EventOf, ParamsOf, RequestName, ResultOf } from "../protocol/messages";
import type { Turn } from "./job-queue";

export interface HandlerContext<K extends RequestName> extends Turn {
  readonly signal: AbortSignal;
  readonly emit: (event: EventOf<K>) => void;
}

export type Handler<K extends RequestName> = (
  params: ParamsOf<K>,
  context: HandlerContext<K>,
) => Promise<ResultOf<K>>;

/** One handler per request: a missing one does not compile. */
export type Handlers = { readonly [K in RequestName]: Handler<K> };

/**
 * `engine` requests wait for the engine and run one at a time; `direct` ones are answered at once,
 * also while the engine works.
 */
export const LANES: Readonly<Record<RequestName, "engine" | "direct">> = {
  "engine/status": "direct",
  "engine/select": "engine",
  "engine/test": "engine",
  "engine/lose-device": "direct",
  "models/list": "direct",
  "models/load": "engine",
  "models/add": "direct",
  "models/remove": "engine",
  "models/card": "direct",
  "models/measure": "engine",
  "compare/pair": "engine",
  "compare/attention": "engine",
  "encode/batch": "engine",
  "explain/similarity": "engine",
  "search/open": "direct",
  "search/top-k": "engine",
  "search/rank": "engine",
  "search/close": "engine",
  "preference/train": "engine",
};
