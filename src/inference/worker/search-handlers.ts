import type { Candidates } from "@/domain/retrieval/gallery";
import type { OnBlock } from "@/domain/retrieval/top-k";
import { AppError } from "@/shared/lib/errors";
import { EngineGallery } from "../search/engine-gallery";
import type { WorkerEnvironment } from "./create-handlers";
import type { StepProgress } from "../protocol/messages";
import type { Handlers } from "./handler";
import type { Turn } from "./job-queue";
import { createProgress } from "./progress";

type SearchName = "search/open" | "search/top-k" | "search/rank" | "search/close";

interface Context extends Turn {
  readonly signal: AbortSignal;
  readonly emit: (progress: StepProgress) => void;
}

/** @throws AppError `shape-mismatch`. */
function checkCandidates({ values, dimension }: Candidates): void {
  const isCount = Number.isInteger(dimension) && dimension > 0;
  if (isCount && values.length % dimension === 0) return;
  throw new AppError(
    "shape-mismatch",
    `search/open: ${values.length} candidate values are no whole rows of ${dimension}.`,
    { details: { dimension, candidates: values.length } },
  );
}

/** Galleries that the page has opened, and exact rankings over them. */
export function searchHandlers(environment: WorkerEnvironment): Pick<Handlers, SearchName> {
  const { clock, breathe, engines } = environment;
  const galleries = new Map<number, EngineGallery>();
  let next = 1;
  const find = (gallery: number): EngineGallery => {
    const found = galleries.get(gallery);
    if (found !== undefined) return found;
    throw new AppError("protocol", `Gallery ${gallery} is not open (any more); open it again.`, {
      retryable: true,
    });
  };
  const blocks = ({ signal, emit, giveWay }: Context): OnBlock => {
    const report = createProgress("score", "items", clock, emit);
    return async (done, total) => {
      report(done, total);
      await breathe();
      signal.throwIfAborted();
      await giveWay();
    };
  };
  return {
    "search/open": ({ candidates: values, dimension }) => {
      checkCandidates({ values, dimension });
      const options = { engine: () => engines.engine(), now: () => clock.now() };
      galleries.set(next, new EngineGallery({ values, dimension }, options));
      return Promise.resolve({ gallery: next++ });
    },
    "search/top-k": ({ gallery, queries, k }, context) =>
      engines.withRecovery(context.signal, () => find(gallery).top(queries, k, blocks(context))),
    "search/rank": ({ gallery, ...request }, context) =>
      engines.withRecovery(context.signal, () => find(gallery).rank(request, blocks(context))),
    "search/close": ({ gallery }) => {
      galleries.get(gallery)?.dispose();
      galleries.delete(gallery);
      return Promise.resolve(undefined);
    },
  };
}
