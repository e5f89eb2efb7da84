import { Trans, useLingui } from "@lingui/react/macro";
import { Text } from "@mantine/core";
import { Dropzone } from "@mantine/dropzone";
import { IconPhotoPlus } from "@tabler/icons-react";
import { useEffect, useEffectEvent } from "react";
import { Keys } from "@/shared/ui/keys";
import { ACCEPTED_TYPES } from "../store/read-creative";
import type { NewFile } from "../store/compare-store";
import styles from "./drop-area.module.css";

function toNewFiles(files: Iterable<File>): NewFile[] {
  return [...files].map((file) => ({ name: file.name, blob: file }));
}

/** Pictures pasted anywhere on the page. */
export function usePastedFiles(onFiles: (files: readonly NewFile[]) => void): void {
  const onPaste = useEffectEvent((event: ClipboardEvent) => {
    const files = toNewFiles(event.clipboardData?.files ?? []);
    if (files.length === 0) return;
    event.preventDefault();
    onFiles(files);
  });
  // The clipboard is the browser's.
  useEffect(() => {
    const listener = (event: ClipboardEvent) => onPaste(event);
    window.addEventListener("paste", listener);
    return () => window.removeEventListener("paste", listener);
  }, []);
}

/** Where creatives are dropped or picked. Every file is passed on: what is unreadable gets a reason. */
export function DropArea({
  onFiles,
  size,
}: {
  readonly onFiles: (files: readonly NewFile[]) => void;
  /** `large` on an empty table, `band` over an example, `small` beside pictures. */
  readonly size: "large" | "band" | "small";
}) {
  const { t } = useLingui();
  const isLarge = size === "large";
  const isInvitation = size !== "small";
  return (
    <Dropzone
      className={styles["area"]}
      data-size={size}
      onDrop={(files) => onFiles(toNewFiles(files))}
      onReject={(rejections) => onFiles(toNewFiles(rejections.map(({ file }) => file)))}
      accept={[...ACCEPTED_TYPES]}
      inputProps={{ "aria-label": t`Choose images` }}
    >
      <div className={styles["content"]}>
        <IconPhotoPlus size={isLarge ? 36 : 22} stroke={1.4} aria-hidden="true" />
        <Text fw={600} size={isLarge ? "lg" : "sm"}>
          {isInvitation ? (
            <Trans>Drop two creatives of your product</Trans>
          ) : (
            <Trans>Add a creative</Trans>
          )}
        </Text>
        {isInvitation && (
          <Text c="dimmed" size="sm" className={styles["hint"] ?? ""}>
            <Trans>
              or click to choose, or paste <Keys keys="mod+v" />. Two to eight images. They stay on
              this device.
            </Trans>
          </Text>
        )}
      </div>
    </Dropzone>
  );
}
