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
  /** False until it is known which examples there are. */
  readonly isListed: boolean;
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

  return {
    examples: examples.data ?? [],
    isListed: !examples.isPending,
    isOpening,
    error: error ?? examples.error,
    open,
  };
}

/**
 * Sets the table once: what the link says, or the finished example of a first visit.
 *
 * @returns whether that is done; until then the link must not be written.
 */
export function useInitialTable(
  store: CompareStore,
  search: CompareSearch,
  opener: ExampleOpener,
): boolean {
  // The link as it was at the visit: it is rewritten while the page works.
  const [initial] = useState(search);
  const [isSet, setSet] = useState(false);
  const isStarted = useRef(false);
  const stored = useQuery(storedExampleQuery());
  const isReady = opener.isListed && !stored.isPending;

  const setTable = useEffectEvent(async () => {
    if (isStarted.current) return;
    isStarted.current = true;
    const { title, queries, example } = initial;
    const isPlainVisit = title === undefined && queries === undefined && example === undefined;
    const wanted = isPlainVisit ? stored.data?.exampleId : example;
    const found = opener.examples.find(({ id }) => id === wanted);
    if (found !== undefined) await opener.open(found, initial);
    setSet(true);
  });
  const setTexts = useEffectEvent(() => {
    const { actions } = store.getState();
    if (initial.title !== undefined) actions.setTitle(initial.title);
    if (initial.queries !== undefined) actions.setQueries(initial.queries);
  });
  // The store lives outside React; it is filled once from the link.
  useEffect(() => setTexts(), []);
  useEffect(() => {
    if (isReady) void setTable();
  }, [isReady]);
  return isSet;
}

/** Keeps the link in step with the form, a moment after the last keystroke, once the table is set. */
export function useLinkSync(
  store: CompareStore,
  isTableSet: boolean,
  onSearchChange: (search: CompareSearch) => void,
): void {
  const title = useStore(store, (state) => state.title);
  const queries = useStore(store, (state) => state.queries);
  const example = useStore(store, (state) => state.example);
  const publish = useEffectEvent(() => {
    onSearchChange({
      ...(title === "" ? {} : { title }),
      ...(queries.length === 0 ? {} : { queries }),
      ...(example === undefined ? {} : { example }),
    });
  });
  // The address is the browser's; browsers limit how often it may change.
  useEffect(() => {
    if (!isTableSet) return;
    const timer = setTimeout(() => publish(), 400);
    return () => clearTimeout(timer);
  }, [title, queries, example, isTableSet]);
}
