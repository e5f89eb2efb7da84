import { Trans, useLingui } from "@lingui/react/macro";
import { Button, Group, NativeSelect, Text, UnstyledButton } from "@mantine/core";
import { useVirtualizer } from "@tanstack/react-virtual";
import { useRef } from "react";
import { saveFile } from "@/shared/ui/save-file";
import { queriesCsv } from "../logic/exports";
import type { QueryFilter, QueryRow, QuerySort } from "../logic/query-list";
import type { DataFiles } from "../logic/read-data-set";
import styles from "./benchmark.module.css";
import { ItemImage } from "./item-image";
import { formatRank } from "./measures";

const ROW_HEIGHT = 52;

export interface QueryListProps {
  readonly rows: readonly QueryRow[];
  readonly files: DataFiles;
  readonly selected: string | undefined;
  readonly filter: QueryFilter;
  readonly sort: QuerySort;
  readonly hasTwo: boolean;
  readonly onSelect: (id: string) => void;
  readonly onFilter: (filter: QueryFilter) => void;
  readonly onSort: (sort: QuerySort) => void;
}

function formatMargin(margin: number): string {
  const size = Math.abs(margin);
  return `${margin < 0 ? "−" : "+"}${Number.isFinite(size) ? size.toFixed(3) : "∞"}`;
}

/** Every ranked query; only what is in view is in the page. */
export function QueryList(props: QueryListProps) {
  const { rows, files, selected, filter, sort, hasTwo, onSelect, onFilter, onSort } = props;
  const { t } = useLingui();
  const scroller = useRef<HTMLDivElement>(null);
  const count = rows.length;
  const isByMargin = sort === "margin" || sort === "close";
  // oxlint-disable-next-line react/incompatible-library -- the virtualizer is made for this
  const virtual = useVirtualizer({
    count,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW_HEIGHT,
    overscan: 6,
  });
  return (
    <div>
      <Group gap="xs" mb="xs" align="end">
        <NativeSelect
          size="xs"
          label={t`Show`}
          value={filter}
          onChange={(event) => onFilter(event.currentTarget.value as QueryFilter)}
          data={[
            { value: "all", label: t`All` },
            { value: "hit", label: t`Found at 10` },
            { value: "miss", label: t`Missed at 10` },
            ...(hasTwo
              ? [
                  { value: "gain", label: t`Better with B` },
                  { value: "loss", label: t`Worse with B` },
                ]
              : []),
          ]}
        />
        <NativeSelect
          size="xs"
          label={t`Sort by`}
          value={sort}
          onChange={(event) => onSort(event.currentTarget.value as QuerySort)}
          data={[
            { value: "rank", label: t`Worst rank` },
            { value: "margin", label: t`Lowest margin` },
            { value: "close", label: t`Closest call` },
            ...(hasTwo
              ? [
                  { value: "gain", label: t`Largest gain` },
                  { value: "loss", label: t`Largest loss` },
                ]
              : []),
          ]}
        />
      </Group>
      <Group gap="xs" mb={4}>
        <Text size="sm" c="dimmed">
          <Trans>{count} queries</Trans>
        </Text>
        <Button
          size="compact-xs"
          variant="subtle"
          disabled={count === 0}
          onClick={() =>
            saveFile(new Blob([queriesCsv(rows)], { type: "text/csv" }), "queries.csv")
          }
        >
          <Trans>Save (CSV)</Trans>
        </Button>
        {isByMargin && (
          <Text size="xs" c="dimmed">
            <Trans>Margin: score of the true item less that of the best other one.</Trans>
          </Text>
        )}
      </Group>
      {/* Keys scroll the list even where no row is in view. */}
      <section
        ref={scroller}
        className={styles["list"]}
        aria-label={t`Queries`}
        // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex
        tabIndex={0}
      >
        <div className={styles["listInner"]} style={{ height: virtual.getTotalSize() }}>
          {virtual.getVirtualItems().map(({ index, start }) => {
            const { query, rankA, rankB, margin } = rows[index]!;
            return (
              <UnstyledButton
                key={query.id}
                className={styles["row"]}
                style={{ transform: `translateY(${start}px)` }}
                aria-pressed={query.id === selected}
                onClick={() => onSelect(query.id)}
              >
                {query.image !== undefined && (
                  <ItemImage files={files} image={query.image} alt="" className={styles["thumb"]} />
                )}
                <span>{query.text ?? query.id}</span>
                <span className={styles["ranks"]}>
                  {rankB === undefined
                    ? formatRank(rankA)
                    : `${formatRank(rankA)} → ${formatRank(rankB)}`}
                  {isByMargin && <small>{formatMargin(margin)}</small>}
                </span>
              </UnstyledButton>
            );
          })}
        </div>
      </section>
    </div>
  );
}
