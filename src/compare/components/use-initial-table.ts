import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect, useEffectEvent, useRef, useState } from "react";
import { useStore } from "zustand";
import { createFinishedJob } from "../logic/job";
import type { CompareSearch } from "../logic/search-params";
import type { ExampleSet } from "../logic/stored-example";
import { examplesQuery, fetchExampleImages, storedExampleQuery } from "../queries/example-queries";
import type { CompareStore } from "../store/compare-store";

export interface ExampleOpener {
  readonly examples: readonly ExampleSet[];
  readonly isOpening: boolean;
  readonly error: unknown;
  readonly open: (example: ExampleSet, search?: CompareSearch) => Promise<void>;
}

/** Loads example sets; where the shipped model's result is stored, it comes with the pictures. */
export function useExamples(store: CompareStore, language: "en" | "zh"): ExampleOpener {
  const queryClient = useQueryClient();
  const examples = useQuery(examplesQuery());
  const [isOpening, setOpening] = useState(false);
  const [error, setError] = useState<unknown>();

  async function open(example: ExampleSet, search: CompareSearch = {}) {
    setOpening(true);
    setError(undefined);
    try {
      const title = search.title ?? example.title[language];
      const queries = search.queries ?? example.queries[language];
      const files = await fetchExampleImages(example);
      const { actions } = store.getState();
      const creatives = await actions.openExample({ id: example.id, title, queries, files });
      const stored = await queryClient.fetchQuery(storedExampleQuery()).catch(() => null);
      const isUnchanged = search.title === undefined && search.queries === undefined;
      if (stored?.exampleId === example.id && isUnchanged && creatives.length >= 2) {
        const request = { creatives, title, queries, language, model: stored.model };
        const createdAt = Date.parse(stored.createdAt);
        const outcome = stored.results[language];
        actions.showStored(createFinishedJob(`stored-${language}`, request, createdAt, outcome));
      }
    } catch (caught) {
      setError(caught);
    } finally {
      setOpening(false);
    }
  }

  return { examples: examples.data ?? [], isOpening, error: error ?? examples.error, open };
}

/** Sets the table once: what the link says, or the finished example of a first visit. */
export function useInitialTable(
  store: CompareStore,
  search: CompareSearch,
  opener: ExampleOpener,
): void {
  const isSet = useRef(false);
  const stored = useQuery(storedExampleQuery());
  const isReady = opener.examples.length > 0 && !stored.isPending;

  const setTable = useEffectEvent(() => {
    if (isSet.current) return;
    const { title, queries, example } = search;
    const isPlainVisit = title === undefined && queries === undefined && example === undefined;
    const wanted = isPlainVisit ? stored.data?.exampleId : example;
    const found = opener.examples.find(({ id }) => id === wanted);
    isSet.current = true;
    if (found !== undefined) void opener.open(found, search);
  });
  const setTexts = useEffectEvent(() => {
    const { actions } = store.getState();
    if (search.title !== undefined) actions.setTitle(search.title);
    if (search.queries !== undefined) actions.setQueries(search.queries);
  });
  // The store lives outside React; it is filled once from the link.
  useEffect(() => setTexts(), []);
  useEffect(() => {
    if (isReady) setTable();
  }, [isReady]);
}

/** Keeps the link in step with the form, a moment after the last keystroke. */
export function useLinkSync(
  store: CompareStore,
  onSearchChange: (search: CompareSearch) => void,
): void {
  const title = useStore(store, (state) => state.title);
  const queries = useStore(store, (state) => state.queries);
  const example = useStore(store, (state) => state.example);
  const isFirst = useRef(true);
  const publish = useEffectEvent(() => {
    onSearchChange({
      ...(title === "" ? {} : { title }),
      ...(queries.length === 0 ? {} : { queries }),
      ...(example === undefined ? {} : { example }),
    });
  });
  // The address is the browser's; browsers limit how often it may change.
  useEffect(() => {
    if (isFirst.current) {
      isFirst.current = false;
      return;
    }
    const timer = setTimeout(() => publish(), 400);
    return () => clearTimeout(timer);
  }, [title, queries, example]);
}
