import { Trans, useLingui } from "@lingui/react/macro";
import { Button, Checkbox, Group, SegmentedControl, Table, Text } from "@mantine/core";
import { useState } from "react";
import { formatNumber } from "@/shared/ui/format";
import { Notice } from "@/shared/ui/notice";
import { mappingProblem, productOfPath, type Mapping } from "../../logic/import/mapping";
import type { TableRow } from "../../logic/import/read-table";
import { isImagePath, type SourceFile, type SourceSet } from "../../logic/import/sources";
import { MappingTable } from "./mapping-table";
import styles from "../labeling-page.module.css";

/** Files that were chosen, with the table among them if there is one. */
export interface Opened {
  readonly set: SourceSet;
  readonly isReferenced: boolean;
  readonly table?: {
    readonly file: SourceFile;
    readonly more: readonly SourceFile[];
    readonly columns: readonly string[];
    readonly rows: readonly TableRow[];
  };
}

/** Second step: what the files hold and how they will be read. */
export function ImportPreview(props: {
  readonly opened: Opened;
  readonly mapping: Mapping;
  readonly grouping: "folder" | "name";
  readonly onGrouping: (grouping: "folder" | "name") => void;
  readonly onMapping: (mapping: Mapping) => void;
  readonly onCancel: () => void;
  readonly onRun: () => void;
}) {
  const { t, i18n } = useLingui();
  const { opened, mapping, grouping } = props;
  const images = opened.set.files.filter(({ path }) => isImagePath(path));
  const [showAll, setShowAll] = useState(false);
  const problem = opened.table === undefined ? undefined : mappingProblem(mapping);
  const groups = Map.groupBy(images, ({ path }) => productOfPath(path, grouping));
  const isEmpty = opened.table === undefined && images.length === 0;
  return (
    <>
      <Text>
        <Trans>
          {formatNumber(opened.set.files.length, i18n.locale)} files,{" "}
          {formatNumber(images.length, i18n.locale)} of them images.
        </Trans>{" "}
        {opened.table !== undefined && <Trans>Table: {opened.table.file.path}</Trans>}
      </Text>
      {opened.table === undefined ? (
        <>
          <SegmentedControl
            aria-label={t`How images are grouped`}
            value={grouping}
            onChange={(value) => props.onGrouping(value === "name" ? "name" : "folder")}
            data={[
              { value: "folder", label: t`Product = folder` },
              { value: "name", label: t`Product = file name without its last part` },
            ]}
          />
          <div className={styles["tableScroll"]}>
            <Table>
              <Table.Thead>
                <Table.Tr>
                  <Table.Th>
                    <Trans>Product</Trans>
                  </Table.Th>
                  <Table.Th>
                    <Trans>Creatives</Trans>
                  </Table.Th>
                </Table.Tr>
              </Table.Thead>
              <Table.Tbody>
                {[...groups].slice(0, showAll ? 200 : 8).map(([product, list]) => (
                  <Table.Tr key={product}>
                    <Table.Td>{product}</Table.Td>
                    <Table.Td>
                      {list.length}:{" "}
                      {list
                        .slice(0, 3)
                        .map(({ path }) => path)
                        .join(", ")}
                    </Table.Td>
                  </Table.Tr>
                ))}
              </Table.Tbody>
            </Table>
          </div>
          {groups.size > 8 && (
            <Checkbox
              label={t`Show more groups`}
              checked={showAll}
              onChange={(event) => setShowAll(event.currentTarget.checked)}
            />
          )}
        </>
      ) : (
        <MappingTable
          columns={opened.table.columns}
          rows={opened.table.rows}
          mapping={mapping}
          onMapping={props.onMapping}
        />
      )}
      {problem === "no-image" && (
        <Notice tone="warn">
          <Trans>Say which column names the image, or the two images of a pair.</Trans>
        </Notice>
      )}
      {problem === "one-side" && (
        <Notice tone="warn">
          <Trans>A pair needs both image columns.</Trans>
        </Notice>
      )}
      {isEmpty && (
        <Notice tone="warn">
          <Trans>There is no image and no table among these files.</Trans>
        </Notice>
      )}
      <Group>
        <Button disabled={problem !== undefined || isEmpty} onClick={props.onRun}>
          <Trans>Import</Trans>
        </Button>
        <Button variant="default" onClick={props.onCancel}>
          <Trans>Choose other files</Trans>
        </Button>
      </Group>
    </>
  );
}
