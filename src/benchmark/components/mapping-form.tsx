import { Trans, useLingui } from "@lingui/react/macro";
import { Button, Group, MultiSelect, Select, Stack } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import type { ColumnMapping } from "@/domain/benchmark/presets/custom";
import { ErrorNotice } from "@/shared/ui/notice";
import { TaskProgress } from "@/shared/ui/task-progress";
import { nameFiles } from "../runner/browser-files";
import { previewFiles } from "../runner/read-files";
import styles from "./start-panel.module.css";

type ItemMapping = ColumnMapping["items"];
type QueryMapping = NonNullable<ColumnMapping["queries"]>;

/** Without the key when nothing is chosen: absent and empty are not the same to the reader. */
function withColumn<T extends object>(mapping: T, key: string, column: string | null): T {
  const { [key as keyof T]: _dropped, ...rest } = mapping;
  return (column === null ? rest : { ...mapping, [key]: column }) as T;
}

/** Which column of the chosen tables holds what; guessed first, corrected here. */
export function MappingForm({
  files,
  onOpen,
}: {
  readonly files: readonly File[];
  readonly onOpen: (mapping: ColumnMapping) => void;
}) {
  const { t } = useLingui();
  const preview = useQuery({
    queryKey: ["benchmark", "preview", files.map(({ name, size }) => `${name}:${size}`)],
    queryFn: async ({ signal }) => await previewFiles(nameFiles(files), signal),
  });
  const [chosen, setChosen] = useState<ColumnMapping>();
  if (preview.isError) return <ErrorNotice error={preview.error} />;
  if (!preview.isSuccess) return <TaskProgress label={t`Reading the tables`} />;
  const { itemColumns, queryColumns, mapping: guessed } = preview.data;
  const mapping = chosen ?? guessed;
  const setItems = (items: ItemMapping) => setChosen({ ...mapping, items });
  const { items, queries } = mapping;
  const setQueries = (next: QueryMapping) => setChosen({ ...mapping, queries: next });
  const queryFields = [
    ["text", t`Query text`],
    ["image", t`Query image`],
    ["relevant", t`Relevant items`],
    ["language", t`Language`],
  ] as const;
  return (
    <Stack gap="xs">
      <div className={styles["columns"]}>
        <Select
          label={t`Item id`}
          data={itemColumns}
          value={items.id}
          allowDeselect={false}
          onChange={(id) => id !== null && setItems({ ...items, id })}
        />
        <MultiSelect
          label={t`Item text`}
          data={itemColumns}
          value={items.text}
          onChange={(text) => setItems({ ...items, text })}
        />
        <Select
          label={t`Item image`}
          data={itemColumns}
          value={items.image ?? null}
          clearable
          onChange={(image) => setItems(withColumn(items, "image", image))}
        />
        <MultiSelect
          label={t`Class levels, general first`}
          data={itemColumns}
          value={items.classes}
          onChange={(classes) => setItems({ ...items, classes })}
        />
        <MultiSelect
          label={t`Attributes`}
          data={itemColumns}
          value={items.attributes}
          onChange={(attributes) => setItems({ ...items, attributes })}
        />
      </div>
      {queries !== undefined && (
        <div className={styles["columns"]}>
          <Select
            label={t`Query id`}
            data={queryColumns}
            value={queries.id}
            allowDeselect={false}
            onChange={(id) => id !== null && setQueries({ ...queries, id })}
          />
          {queryFields.map(([key, label]) => (
            <Select
              key={key}
              label={label}
              data={queryColumns}
              value={queries[key] ?? null}
              clearable
              onChange={(column) => setQueries(withColumn(queries, key, column))}
            />
          ))}
        </div>
      )}
      <Group>
        <Button onClick={() => onOpen(mapping)}>
          <Trans>Read with these columns</Trans>
        </Button>
      </Group>
    </Stack>
  );
}
