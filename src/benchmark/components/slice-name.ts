import type { MessageDescriptor } from "@lingui/core";
import { msg } from "@lingui/core/macro";
import type { BenchmarkTask } from "@/domain/benchmark/task";
import { NO_VALUE, type SliceKind } from "../logic/slices";

type Translate = (message: MessageDescriptor) => string;

/** A kind of slices as people read it; names of levels and attributes are the data set's own. */
export function sliceKindName(kind: SliceKind, task: BenchmarkTask, translate: Translate): string {
  if (kind === "language") return translate(msg`Query language`);
  if (kind === "popularity") return translate(msg`Queries for the same item`);
  const rest = kind.slice(kind.indexOf(":") + 1);
  if (kind.startsWith("attribute:")) return rest;
  return `${translate(msg`Category`)}: ${task.levels[Number(rest)] ?? rest}`;
}

export function sliceValueName(value: string, translate: Translate): string {
  return value === NO_VALUE ? translate(msg`none`) : value;
}
