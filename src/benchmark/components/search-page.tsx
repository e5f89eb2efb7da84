import { Trans, useLingui } from "@lingui/react/macro";
import { useEffect, useMemo } from "react";
import { useStore } from "zustand";
import type { InferenceClient } from "@/inference/client/inference-client";
import { Page } from "@/shared/ui/page";
import type { BenchSearch } from "../logic/search-params";
import type { BenchStore } from "../store/bench-store";
import { ExportMenu } from "./export-menu";
import { SearchBrowser } from "./search-browser";
import { SearchStart } from "./search-start";

export interface SearchPageProps {
  readonly client: InferenceClient;
  readonly store: BenchStore;
  readonly search: BenchSearch;
  readonly onSearchChange: (search: BenchSearch) => void;
}

/** Query → ranked gallery, hits and misses, two encoders side by side. */
export function SearchPage({ client, store, search, onSearchChange }: SearchPageProps) {
  const { i18n } = useLingui();
  const language = search.language ?? (i18n.locale === "zh-Hans" ? "zh" : "en");
  const { dataSet, runs } = useStore(store);
  const ready = useMemo(() => runs.filter(({ run }) => run?.isComplete), [runs]);
  const measured = useMemo(() => ready.map(({ run }) => run!), [ready]);
  // Shown before all that the link names is there, the link would lose the rest.
  const isAwaited = runs.some(
    ({ choice: { key }, status }) =>
      (status === "running" || status === "waiting") && (key === search.a || key === search.b),
  );
  useEffect(() => {
    // Read once: a set that cannot be opened is not tried again by itself.
    const { dataSet: current, opening } = store.getState();
    if (search.data === "demo" && current === undefined && !opening) {
      void store.actions.openDemo(language);
    }
  }, [store, search.data, language]);
  return (
    <Page title={<Trans>Search</Trans>} actions={<ExportMenu runs={measured} />}>
      {dataSet === undefined || ready.length === 0 || isAwaited ? (
        <SearchStart {...{ client, store, search, language }} />
      ) : (
        <SearchBrowser {...{ client, store, dataSet, ready, search, onSearchChange }} />
      )}
    </Page>
  );
}
