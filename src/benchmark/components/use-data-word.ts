import { useLingui } from "@lingui/react/macro";
import type { BenchmarkTask } from "@/domain/benchmark/task";
import { demoWordInChinese } from "../logic/demo-words";

/** A class, an attribute or a value of a data set as people read it. */
export type DataWord = (word: string) => string;

function asWritten(word: string): string {
  return word;
}

/** Words of the demo catalogue in the page's language; those of other data sets are their own. */
export function useDataWord(task: BenchmarkTask | undefined): DataWord {
  const { i18n } = useLingui();
  return task?.preset === "demo" && i18n.locale === "zh-Hans" ? demoWordInChinese : asWritten;
}
