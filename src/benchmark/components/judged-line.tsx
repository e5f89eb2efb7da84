import { Trans } from "@lingui/react/macro";
import { Button, Group, Text } from "@mantine/core";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useStore } from "zustand";
import type { Direction } from "@/domain/benchmark/task";
import { ErrorNotice } from "@/shared/ui/notice";
import { saveFile } from "@/shared/ui/save-file";
import { judgedQrels, judgedRecall } from "../logic/judgements";
import type { BenchStore, RunState } from "../store/bench-store";

/** Recall with the judgements made here beside the original one, and their qrels. */
export function JudgedLine({
  store,
  entry,
  direction,
}: {
  readonly store: BenchStore;
  readonly entry: RunState;
  readonly direction: Direction;
}) {
  const judgements = useStore(store, (state) => state.judgements);
  const error = useStore(store, (state) => state.judgementError);
  const { data: figure, error: failure } = useQuery({
    queryKey: ["benchmark", "judged", entry.choice.key, entry.startedAt, direction, judgements],
    queryFn: async () => (await judgedRecall(entry.run!, direction, judgements)) ?? null,
    enabled: judgements.size > 0,
    placeholderData: keepPreviousData,
    staleTime: Infinity,
    gcTime: 0,
  });
  const problem = error ?? failure ?? undefined;
  const notice = problem === undefined ? null : <ErrorNotice error={problem} />;
  if (judgements.size === 0 || figure === undefined || figure === null) return notice;
  const count = [...judgements.values()].reduce((sum, own) => sum + own.size, 0);
  const percent = (share: number) => (100 * share).toFixed(1);
  const [value, low, high] = [figure.value, figure.interval.low, figure.interval.high].map(percent);
  const { queries, changed } = figure;
  const save = () =>
    saveFile(new Blob([judgedQrels(judgements)], { type: "text/plain" }), "judged.qrels");
  return (
    <Group gap="sm">
      {notice}
      <Text size="sm">
        <Trans>
          R@10 with your {count} judgements: {value}% [{low}, {high}], n = {queries}; {changed}{" "}
          misses became hits.
        </Trans>
      </Text>
      <Button size="compact-sm" variant="default" onClick={save}>
        <Trans>Save judgements (qrels)</Trans>
      </Button>
    </Group>
  );
}
