import { useLingui } from "@lingui/react/macro";
import { Group, NativeSelect } from "@mantine/core";
import { useMemo } from "react";
import type { BenchmarkQuery, BenchmarkTask } from "@/domain/benchmark/task";
import type { BenchSearch } from "../logic/search-params";
import { countValues, type Slicer } from "../logic/slices";
import { useSliceNames } from "./use-slice-names";

const ALL = "all";
/** A value of the data set may be called "all", too. */
const PREFIX = "=";

/** By what the queries are cut, and which part is shown. */
export function SlicePickers({
  task,
  slicer,
  queries,
  search,
  onSearchChange,
}: {
  readonly task: BenchmarkTask;
  readonly slicer: Slicer;
  readonly queries: readonly BenchmarkQuery[];
  readonly search: BenchSearch;
  readonly onSearchChange: (search: BenchSearch) => void;
}) {
  const { t } = useLingui();
  const { kindName, valueName } = useSliceNames(task);
  const { by: wanted, value, ...rest } = search;
  const by = slicer.kinds.find((kind) => kind === wanted);
  const values = useMemo(
    () => (by === undefined ? [] : countValues(slicer, queries, by)),
    [slicer, queries, by],
  );
  if (slicer.kinds.length === 0) return null;
  return (
    <Group gap="xs" mb="xs" align="end">
      <NativeSelect
        size="xs"
        label={t`Slice by`}
        value={by ?? ALL}
        onChange={({ currentTarget }) =>
          onSearchChange(currentTarget.value === ALL ? rest : { ...rest, by: currentTarget.value })
        }
        data={[
          { value: ALL, label: t`Nothing` },
          ...slicer.kinds.map((kind) => ({ value: kind, label: kindName(kind) })),
        ]}
      />
      {by !== undefined && (
        <NativeSelect
          size="xs"
          label={t`Slice`}
          value={value === undefined ? ALL : PREFIX + value}
          onChange={({ currentTarget }) =>
            onSearchChange(
              currentTarget.value === ALL
                ? { ...rest, by }
                : { ...rest, by, value: currentTarget.value.slice(PREFIX.length) },
            )
          }
          data={[
            { value: ALL, label: t`All` },
            ...values.map(({ value: own, n }) => ({
              value: PREFIX + own,
              label: `${valueName(by, own)} (${n})`,
            })),
          ]}
        />
      )}
    </Group>
  );
}
