import type { AppError, ErrorCode, ErrorDetails } from "@/shared/lib/errors";
import type { Deflated } from "../logic/export/deflate";
import type { FormatId } from "../logic/export/formats";
import type { MirrorPart } from "../logic/project-mirror";
import type { Reports } from "../logic/report-tasks";
import type { ExportResult } from "../logic/export/whole-export";

/** What the page asks of the project's worker: parts of the project, then one question at a time. */
export type BackgroundRequest =
  | { readonly kind: "part"; readonly part: MirrorPart }
  | { readonly kind: "report"; readonly name: keyof Reports }
  | {
      readonly kind: "export";
      readonly format: FormatId;
      readonly now: number;
      /** Images by creative; absent when the export only names them. */
      readonly images: ReadonlyMap<string, Blob> | undefined;
    };

export type BackgroundAnswer =
  | { readonly kind: "progress"; readonly done: number; readonly total: number }
  | { readonly kind: "report"; readonly report: Reports[keyof Reports] }
  | { readonly kind: "export"; readonly result: ExportResult }
  | { readonly kind: "failed"; readonly error: PlainError };

/** Bytes of one file to compress; without bytes the file is at its end. */
export interface DeflateRequest {
  readonly file: number;
  readonly chunk: Uint8Array<ArrayBuffer> | undefined;
}

export type DeflateAnswer = { readonly file: number } & (
  { readonly taken: number } | { readonly deflated: Deflated } | { readonly error: PlainError }
);

/** An error as plain data: classes do not survive the way between threads. */
export interface PlainError {
  readonly message: string;
  readonly code: ErrorCode | undefined;
  readonly details: ErrorDetails | undefined;
}

export function plainError(error: unknown): PlainError {
  const { code, details } = (error ?? {}) as Partial<AppError>;
  return { message: error instanceof Error ? error.message : String(error), code, details };
}
