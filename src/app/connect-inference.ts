import type { InferenceClient } from "@/inference/client/inference-client";
import { AppError } from "@/shared/lib/errors";

/** Until the inference worker is built, every request says so. */
export function connectInference(): InferenceClient {
  return {
    call: (name) =>
      Promise.reject(
        new AppError("unsupported", `inference: "${name}" was asked, but no worker is built yet`),
      ),
    dispose: () => undefined,
  };
}
