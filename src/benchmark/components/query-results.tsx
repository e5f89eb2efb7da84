import { Trans, useLingui } from "@lingui/react/macro";
import { Group, Stack, Text } from "@mantine/core";
import { useMemo } from "react";
import { useStore } from "zustand";
import type { BenchmarkRun } from "@/domain/benchmark/run-benchmark";
import { rankCandidates, trueItems } from "@/domain/benchmark/score-direction";
import { viewsOf, type BenchmarkQuery, type Direction } from "@/domain/benchmark/task";
import type { InferenceClient } from "@/inference/client/inference-client";
import { SideMark } from "@/shared/ui/side-mark";
import { averagesOf } from "../logic/averages";
import type { BenchSearch } from "../logic/search-params";
import type { BenchStore, LoadedDataSet, RunState } from "../store/bench-store";
import styles from "./benchmark.module.css";
import { encoderName } from "./encoder-name";
import { Gallery } from "./gallery";
import { ItemImage } from "./item-image";
import { WhyPanel } from "./why-panel";

const SHOWN = 20;

function rankOf(run: BenchmarkRun, direction: Direction, query: BenchmarkQuery) {
  const { query: queryView, candidate } = viewsOf(direction);
  const vector = run.queries.get(queryView)?.vector(query.id);
  const pool = run.candidates.get(candidate);
  if (vector === undefined || pool === undefined) return [];
  const always = trueItems(run.task, query, direction).map(({ id }) => id);
  return rankCandidates(vector, pool, SHOWN, always);
}

export interface QueryResultsProps {
  readonly client: InferenceClient;
  readonly store: BenchStore;
  readonly dataSet: LoadedDataSet;
  /** One or two. */
  readonly runs: readonly RunState[];
  readonly direction: Direction;
  readonly query: BenchmarkQuery;
  readonly search: BenchSearch;
  readonly onSearchChange: (search: BenchSearch) => void;
}

/** One query's galleries under each encoder, with judging and "why". */
export function QueryResults(props: QueryResultsProps) {
  const { client, store, dataSet, runs, direction, query, search, onSearchChange } = props;
  const { t } = useLingui();
  const judgements = useStore(store, (state) => state.judgements);
  const { task, files } = dataSet;
  const entries = useMemo(() => new Map(task.candidates.map((entry) => [entry.id, entry])), [task]);
  const truths = new Set(trueItems(task, query, direction).map(({ id }) => id));
  const lists = useMemo(
    () => runs.map(({ run }) => (run === undefined ? [] : rankOf(run, direction, query))),
    [runs, direction, query],
  );
  const side = search.side === "b" && runs.length > 1 ? 1 : 0;
  const whyRun = runs[side]?.run;
  const averages = useMemo(() => averagesOf(whyRun, direction), [whyRun, direction]);
  const opened = search.why === undefined ? undefined : entries.get(search.why);
  const close = () => {
    const { why: _why, side: _side, ...rest } = search;
    onSearchChange(rest);
  };
  return (
    <Stack>
      <Group gap="sm" wrap="nowrap">
        {query.image !== undefined && (
          <ItemImage
            files={files}
            image={query.image}
            alt={t`Query image`}
            className={styles["preview"]}
          />
        )}
        <Text fw={600}>{query.text ?? query.id}</Text>
      </Group>
      <Text size="sm" c="dimmed">
        <Trans>
          Click a picture to see which patches and words carry the similarity. Judge what is not
          marked as true: it counts in a second figure only.
        </Trans>
      </Text>
      {runs.map(({ choice }, i) => {
        const other = lists[1 - i];
        return (
          <div key={choice.key}>
            {runs.length > 1 && <SideMark side={i === 0 ? "A" : "B"} />}
            <Gallery
              label={encoderName(choice, t)}
              ranked={lists[i] ?? []}
              entries={entries}
              truths={truths}
              files={files}
              judged={judgements.get(query.id)}
              onJudge={(id, verdict) => store.actions.judge(query.id, id, verdict)}
              {...(runs.length < 2 || other === undefined
                ? {}
                : { otherRanks: new Map(other.map(({ id, rank }) => [id, rank])) })}
              onOpen={({ id }) =>
                onSearchChange({ ...search, query: query.id, why: id, side: i === 0 ? "a" : "b" })
              }
            />
          </div>
        );
      })}
      <WhyPanel
        client={client}
        model={runs[side]?.choice.model}
        direction={direction}
        query={query}
        candidate={opened}
        files={files}
        averages={averages}
        onClose={close}
      />
    </Stack>
  );
}
