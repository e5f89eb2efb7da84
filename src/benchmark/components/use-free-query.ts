import { useState } from "react";
import type { RankedCandidate } from "@/domain/benchmark/pool-ranking";
import type { BenchmarkEntry } from "@/domain/benchmark/task";
import { AppError } from "@/shared/lib/errors";
import type { LoadedDataSet, RunState } from "../store/bench-store";
import { freeView, type FreeQueryValue } from "./free-query";

export interface FreeResult {
  readonly entry: BenchmarkEntry;
  readonly ranked: readonly RankedCandidate[];
}

const SHOWN = 30;
const NAME = "free query";

async function ask(
  value: FreeQueryValue,
  dataSet: LoadedDataSet,
  first: RunState,
): Promise<FreeResult> {
  const view = freeView(value)!;
  const { encoder, run } = first;
  const ranking = run?.rankings.get("mm") ?? [...(run?.rankings.values() ?? [])][0];
  if (encoder === undefined || ranking === undefined || !encoder.views.includes(view)) {
    throw new AppError(
      "input-invalid",
      "This encoder cannot read such a query. Choose a model, or ask with the other kind of content.",
    );
  }
  if (value.image !== undefined) dataSet.extra.set(NAME, value.image);
  const entry: BenchmarkEntry = {
    id: NAME,
    ...(value.image === undefined ? {} : { image: NAME }),
    ...(value.text === "" ? {} : { text: value.text }),
  };
  const job = { key: `query:${view}:${NAME}`, role: "query" as const, view, ...entry };
  const block = await encoder.encode([job], new AbortController().signal);
  const [failure] = block.failures;
  if (failure !== undefined) {
    throw new AppError(
      value.image === undefined ? "input-invalid" : "input-decode",
      failure.reason,
    );
  }
  const [ranked = []] = await ranking.first([block.vectors], SHOWN);
  return { entry, ranked };
}

/** A query of the user's own, asked of the first encoder's gallery. */
export function useFreeQuery(dataSet: LoadedDataSet | undefined, first: RunState | undefined) {
  const [result, setResult] = useState<FreeResult>();
  const [error, setError] = useState<unknown>();
  const [isBusy, setBusy] = useState(false);
  return {
    result,
    error,
    isBusy,
    clear() {
      setResult(undefined);
      setError(undefined);
    },
    async ask(value: FreeQueryValue) {
      if (dataSet === undefined || first === undefined) return;
      setBusy(true);
      setError(undefined);
      try {
        setResult(await ask(value, dataSet, first));
      } catch (caught) {
        setError(caught);
      }
      setBusy(false);
    },
  };
}
