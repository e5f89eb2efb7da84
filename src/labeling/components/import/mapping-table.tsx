import { Trans, useLingui } from "@lingui/react/macro";
import { MultiSelect, Select, Table } from "@mantine/core";
import { factorColumns } from "../../logic/import/factors";
import { cleanText } from "../../logic/import/limits";
import { MAPPED_FIELDS, type MappedField, type Mapping } from "../../logic/import/mapping";
import type { TableRow } from "../../logic/import/read-table";
import styles from "../labeling-page.module.css";

function useFieldNames(): Readonly<Record<MappedField, string>> {
  const { t } = useLingui();
  return {
    product: t`Product`,
    title: t`Title`,
    query: t`Queries`,
    image: t`Image`,
    imageA: t`Image A`,
    imageB: t`Image B`,
    label: t`Label`,
    annotator: t`Annotator`,
    impressions: t`Impressions`,
    clicks: t`Clicks`,
  };
}

function preview(value: unknown): string {
  if (value !== null && typeof value === "object") {
    return "bytes" in value ? "▣" : JSON.stringify(value).slice(0, 60);
  }
  return cleanText(value, 60);
}

/** Which column means what, above the first rows. */
export function MappingTable({
  columns,
  rows,
  mapping,
  onMapping,
}: {
  readonly columns: readonly string[];
  readonly rows: readonly TableRow[];
  readonly mapping: Mapping;
  readonly onMapping: (mapping: Mapping) => void;
}) {
  const names = useFieldNames();
  const { t } = useLingui();
  return (
    <>
      <div className={styles["form"]}>
        {MAPPED_FIELDS.map((field) => (
          <Select
            key={field}
            size="sm"
            label={names[field]}
            placeholder={t`not in this table`}
            clearable
            searchable
            value={mapping[field]}
            data={[...columns]}
            onChange={(value) => onMapping({ ...mapping, [field]: value })}
          />
        ))}
        <MultiSelect
          size="sm"
          className={styles["wide"] ?? ""}
          label={t`Properties of the creatives`}
          description={t`Text area, brightness, price shown and the like; the ranking says how they go with winning.`}
          clearable
          searchable
          value={[...mapping.factors]}
          data={factorColumns(columns, mapping.imageA !== null && mapping.imageB !== null)}
          onChange={(factors) => onMapping({ ...mapping, factors })}
        />
      </div>
      <div className={styles["tableScroll"]}>
        <Table striped>
          <Table.Caption>
            <Trans>The first rows of the table</Trans>
          </Table.Caption>
          <Table.Thead>
            <Table.Tr>
              {columns.map((column) => (
                <Table.Th key={column}>{column}</Table.Th>
              ))}
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {rows.slice(0, 5).map((row, at) => (
              // Rows of a preview have no identity but their place.
              // oxlint-disable-next-line react/no-array-index-key
              <Table.Tr key={at}>
                {columns.map((column) => (
                  <Table.Td key={column}>{preview(row[column])}</Table.Td>
                ))}
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </div>
    </>
  );
}
