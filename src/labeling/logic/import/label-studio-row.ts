import { z } from "zod";
import { cleanText } from "./limits";
import { carriedColumns } from "./own-row";

type Row = Readonly<Record<string, unknown>>;

/**
 * Label Studio's export of a pairwise task as a flat row: `data.image1/image2`, the choice, reasons
 * and text of the first annotation that was not cancelled. Other rows pass as they are.
 */
export function flattenLabelStudio(row: Row): Row {
  const data = row["data"];
  if (data === null || typeof data !== "object" || !("image1" in data)) return row;
  const annotations = Array.isArray(row["annotations"]) ? (row["annotations"] as unknown[]) : [];
  const shape = z.looseObject({
    was_cancelled: z.boolean().optional(),
    completed_by: z.unknown(),
    result: z.array(z.looseObject({ type: z.string(), value: z.looseObject({}) })),
  });
  for (const annotation of annotations) {
    const parsed = shape.safeParse(annotation);
    if (!parsed.success || parsed.data.was_cancelled === true) continue;
    const { result } = parsed.data;
    const choice = result.find(({ type }) => type === "pairwise")?.value["selected"];
    const chosen = (name: string) => {
      const found = result.find((one) => one.type === "choices" && one["from_name"] === name);
      const { choices } = found?.value ?? {};
      return Array.isArray(choices) ? (choices as unknown[]) : undefined;
    };
    // A pair that cannot be compared has no pairwise choice; the verdict beside it says so.
    const verdict = cleanText(chosen("verdict")?.[0], 40);
    const text = result.find(({ type }) => type === "textarea")?.value["text"];
    const by = parsed.data.completed_by;
    const email = by !== null && typeof by === "object" ? (by as { email?: unknown }).email : by;
    return {
      ...data,
      label: choice ?? (verdict === "not_comparable" ? "none" : undefined),
      annotator: cleanText(email, 120),
      reasons: chosen("reasons") ?? [],
      rationale: Array.isArray(text) ? text.join("\n") : "",
      ...(/_[12]$/u.test(verdict) ? { strength: Number(verdict.at(-1)) } : {}),
      ...carriedColumns(row),
    };
  }
  return data as Row;
}
