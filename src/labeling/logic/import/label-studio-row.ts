import { z } from "zod";
import { cleanText } from "./limits";

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
    const choice = parsed.data.result.find(({ type }) => type === "pairwise")?.value["selected"];
    const by = parsed.data.completed_by;
    const email = by !== null && typeof by === "object" ? (by as { email?: unknown }).email : by;
    return { ...data, label: choice, annotator: cleanText(email, 120) };
  }
  return data as Row;
}
