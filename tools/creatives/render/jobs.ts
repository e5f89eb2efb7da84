import type { ViewPicture } from "../draw/view";
import type { Creative } from "../plan/types";

/** One picture to paint, encode and write. */
export type Job = (
  | { readonly kind: "creative"; readonly creative: Creative }
  | { readonly kind: "view"; readonly picture: ViewPicture }
) & { readonly file: string; readonly px: number; readonly quality: number };

export type WorkerMessage =
  { readonly kind: "run"; readonly jobs: readonly Job[] } | { readonly kind: "stop" };
export type WorkerReply =
  { readonly done: number; readonly bytes: number } | { readonly error: string };
