import { Trans, useLingui } from "@lingui/react/macro";
import { Group, Stack, Text } from "@mantine/core";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useStore } from "zustand";
import type { RankedCandidate } from "@/domain/benchmark/pool-ranking";
import type { BenchmarkRun } from "@/domain/benchmark/run-benchmark";
import { trueItems } from "@/domain/benchmark/score-direction";
import type { BenchmarkQuery, Direction } from "@/domain/benchmark/task";
import type { InferenceClient } from "@/inference/client/inference-client";
import { ErrorNotice } from "@/shared/ui/notice";
import { SideMark } from "@/shared/ui/side-mark";
import { TaskProgress } from "@/shared/ui/task-progress";
import { averagesOf } from "../logic/averages";
import { candidatesById } from "../logic/candidate-index";
import { firstCandidates } from "../logic/first-candidates";
import type { BenchSearch } from "../logic/search-params";
import type { BenchStore, LoadedDataSet, RunState } from "../store/bench-store";
import styles from "./benchmark.module.css";
import { encoderName } from "./encoder-name";
import { Gallery } from "./gallery";
import { ItemImage } from "./item-image";
import { WhyPanel } from "./why-panel";

const SHOWN = 20;

async function rankOf(
  run: BenchmarkRun | undefined,
  direction: Direction,
  query: BenchmarkQuery,
  signal: AbortSignal,
): Promise<readonly RankedCandidate[]> {
  if (run === undefined) return [];
  const always = trueItems(run.task, query, direction).map(({ id }) => id);
  const [list = []] = await firstCandidates(run, direction, [query.id], SHOWN, { always, signal });
  return list;
}

/** Rankings of a query under each run; those of the query before it stand until they are there. */
function useRankings({ runs, direction, query }: QueryResultsProps) {
  return useQuery({
    queryKey: [
      "benchmark",
      "rankings",
      runs.map(({ choice, startedAt }) => [choice.key, startedAt]),
      direction,
      query.id,
    ],
    queryFn: async ({ signal }) => ({
      query,
      lists: await Promise.all(runs.map(({ run }) => rankOf(run, direction, query, signal))),
    }),
    placeholderData: keepPreviousData,
    staleTime: Infinity,
    gcTime: 60_000,
  });
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
  const { client, store, dataSet, runs, direction, search, onSearchChange } = props;
  const { t } = useLingui();
  const judgements = useStore(store, (state) => state.judgements);
  const { task, files } = dataSet;
  const entries = candidatesById(task);
  const rankings = useRankings(props);
  const side = search.side === "b" && runs.length > 1 ? 1 : 0;
  const whyRun = runs[side]?.run;
  const averages = () => averagesOf(whyRun, direction);
  const opened = search.why === undefined ? undefined : entries.get(search.why);
  const close = () => {
    const { why: _why, side: _side, ...rest } = search;
    onSearchChange(rest);
  };
  if (rankings.isError) return <ErrorNotice error={rankings.error} />;
  if (rankings.data === undefined) return <TaskProgress label={t`Ranking all candidates`} />;
  const { query, lists } = rankings.data;
  const truths = new Set(trueItems(task, query, direction).map(({ id }) => id));
  return (
    <Stack aria-busy={rankings.isPlaceholderData}>
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
      <div className={styles["galleries"]}>
        {runs.map(({ choice, run }, i) => {
          const other = lists[1 - i];
          return (
            <div key={choice.key}>
              {runs.length > 1 && <SideMark side={i === 0 ? "A" : "B"} />}
              <Gallery
                label={encoderName(choice, t)}
                ranked={lists[i] ?? []}
                entries={entries}
                truths={truths}
                countedRank={run?.scorers.get(direction)?.ranks.get(query.id)?.worst[0]?.rank}
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
      </div>
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
