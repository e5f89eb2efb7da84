/** Reads a model's config.json. */
import { z } from "zod";
import { AppError } from "@/shared/lib/errors";

/** @throws AppError `input-invalid` naming the fields that do not fit. */
export function parseConfig<S extends z.ZodType>(schema: S, json: unknown): z.output<S> {
  const parsed = schema.safeParse(json);
  if (parsed.success) return parsed.data;
  throw new AppError(
    "input-invalid",
    `config.json does not describe a model that Perigee can run:\n${z.prettifyError(parsed.error)}`,
  );
}
