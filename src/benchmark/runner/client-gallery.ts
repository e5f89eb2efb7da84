import { openPlainGallery, type Gallery, type OpenGallery } from "@/domain/retrieval/gallery";
import type { InferenceClient } from "@/inference/client/inference-client";
import { hasCode } from "@/shared/lib/errors";

/** Smaller pools are ranked in the page: a few milliseconds per batch of queries. */
const SMALL_VALUES = 2 ** 18;
/** Pools that the worker holds at once; the one unused for longest is closed. */
const MAX_OPEN = 3;

/** Galleries in the inference worker, on its engine where that pays; the results are the same. */
export function createGalleries(client: InferenceClient): OpenGallery {
  const open: Gallery[] = [];
  const touch = (gallery: Gallery): void => {
    forget(gallery);
    open.push(gallery);
    if (open.length > MAX_OPEN) open[0]!.close();
  };
  const forget = (gallery: Gallery): void => {
    const place = open.indexOf(gallery);
    if (place >= 0) open.splice(place, 1);
  };
  return (source) => {
    const { size, dimension, read } = source;
    if (size * dimension <= SMALL_VALUES) return openPlainGallery(source);
    let opening: Promise<number> | undefined;
    const ensure = (): Promise<number> => {
      touch(gallery);
      opening ??= (async () => {
        const candidates = await read();
        const transfer = [candidates.buffer];
        return (await client.call("search/open", { candidates, dimension }, { transfer })).gallery;
      })();
      opening.catch(() => (opening = undefined));
      return opening;
    };
    const ask = async <T>(call: (id: number) => Promise<T>): Promise<T> => {
      try {
        return await call(await ensure());
      } catch (error) {
        if (!hasCode(error, "protocol")) throw error;
        // The worker has started anew, or another gallery took this one's place.
        opening = undefined;
        return await call(await ensure());
      }
    };
    const gallery: Gallery = {
      rank: (request, signal) =>
        ask((id) =>
          client.call(
            "search/rank",
            { gallery: id, ...request },
            { priority: "batch", ...(signal === undefined ? {} : { signal }) },
          ),
        ),
      top: (queries, k, signal) =>
        ask((id) =>
          client.call(
            "search/top-k",
            { gallery: id, queries, k },
            {
              // A person waits for the list of one query.
              priority: queries.length === dimension ? "interactive" : "batch",
              ...(signal === undefined ? {} : { signal }),
            },
          ),
        ),
      close() {
        forget(gallery);
        const closing = opening;
        opening = undefined;
        // A worker that is gone holds nothing.
        closing
          ?.then((id) => client.call("search/close", { gallery: id }, { priority: "batch" }))
          .catch(() => undefined);
      },
    };
    return gallery;
  };
}
