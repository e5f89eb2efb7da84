import { useLingui } from "@lingui/react/macro";
import { ActionIcon } from "@mantine/core";
import { IconX } from "@tabler/icons-react";
import { labelOf, MAX_CREATIVES, type Creative } from "../logic/creative";
import type { NewFile } from "../store/compare-store";
import { DropArea } from "./drop-area";
import styles from "./creative-strip.module.css";

/** All creatives on the table, small, with a place to add more. */
export function CreativeStrip({
  creatives,
  onFiles,
  onRemove,
}: {
  readonly creatives: readonly Creative[];
  readonly onFiles: (files: readonly NewFile[]) => void;
  readonly onRemove: (id: string) => void;
}) {
  const { t } = useLingui();
  return (
    <ul className={styles["strip"]} aria-label={t`Creatives`}>
      {creatives.map((creative, index) => (
        <li key={creative.id} className={styles["item"]}>
          <img src={creative.url} alt={creative.name} />
          <span className={styles["number"]}>{labelOf(index)}</span>
          <ActionIcon
            className={styles["remove"]}
            size="sm"
            variant="default"
            aria-label={t`Remove ${creative.name}`}
            onClick={() => onRemove(creative.id)}
          >
            <IconX size={14} />
          </ActionIcon>
        </li>
      ))}
      {creatives.length < MAX_CREATIVES && (
        <li className={styles["add"]}>
          <DropArea size="small" onFiles={onFiles} />
        </li>
      )}
    </ul>
  );
}
