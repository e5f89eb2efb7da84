import { useLingui } from "@lingui/react/macro";
import type { BenchmarkTask } from "@/domain/benchmark/task";
import { NO_VALUE, type SliceKind } from "../logic/slices";
import { useDataWord } from "./use-data-word";

/** Kinds of slices and their values as people read them; levels and attributes are the data set's own. */
export function useSliceNames(task: BenchmarkTask) {
  const { t } = useLingui();
  const word = useDataWord(task);
  const kindName = (kind: SliceKind): string => {
    if (kind === "language") return t`Query language`;
    if (kind === "popularity") return t`Queries for the same item`;
    const rest = kind.slice(kind.indexOf(":") + 1);
    if (kind.startsWith("attribute:")) return word(rest);
    const level = word(task.levels[Number(rest)] ?? rest);
    return t`Category: ${level}`;
  };
  /** Languages and counts are not words of the data set. */
  const valueName = (kind: SliceKind, value: string): string => {
    if (value === NO_VALUE) return t`none`;
    return kind.includes(":") ? word(value) : value;
  };
  return { kindName, valueName };
}
