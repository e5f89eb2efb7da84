import type { CallOptions, InferenceClient } from "@/inference/client/inference-client";
import type { ModelSummary, PairResult } from "@/inference/protocol/messages";
import { AppError } from "@/shared/lib/errors";
import type { ImageSource } from "./image-source";
import type { ProjectHandle } from "./open-project";

/** The first selector on /models, or undefined when there is none. */
export async function findSelector(
  client: InferenceClient,
  signal?: AbortSignal,
): Promise<ModelSummary | undefined> {
  const models = await client.call(
    "models/list",
    undefined,
    signal === undefined ? {} : { signal },
  );
  return models.find(({ task }) => task === "selector");
}

/** What asking the selector about two creatives of a project needs. */
export interface SelectorAccess {
  readonly client: InferenceClient;
  readonly handle: ProjectHandle;
  readonly images: ImageSource;
  readonly language: "en" | "zh";
}

/** Asks the selector which of two creatives of one product would be clicked more often. */
export async function askSelector(
  { client, handle, images, language }: SelectorAccess,
  model: ModelSummary,
  sides: readonly [left: string, right: string],
  options: CallOptions<"compare/pair">,
): Promise<PairResult> {
  const { creatives, products } = handle.store.getState();
  const [left, right] = sides.map((id) => creatives.get(id));
  if (left === undefined || right === undefined) {
    throw new AppError("input-invalid", "A creative of this pair is missing.");
  }
  const product = products.get(left.productId);
  const [imageA, imageB] = await Promise.all([images.blob(left), images.blob(right)]);
  const { id, revision } = model;
  return client.call(
    "compare/pair",
    {
      model: { id, revision },
      imageA,
      imageB,
      title: product?.title ?? "",
      queries: product?.queries ?? [],
      language,
    },
    options,
  );
}
