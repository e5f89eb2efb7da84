import { Trans, useLingui } from "@lingui/react/macro";
import { Button, Group, Text } from "@mantine/core";
import { Dropzone } from "@mantine/dropzone";
import { useRef } from "react";
import "@mantine/dropzone/styles.css";

/** First step of an import: files, a folder, or a folder that stays where it is. */
export function ChooseSource({
  onFiles,
  onLink,
}: {
  readonly onFiles: (files: readonly File[]) => void;
  readonly onLink: () => void;
}) {
  const { t } = useLingui();
  const folder = useRef<HTMLInputElement>(null);
  const canLink = "showDirectoryPicker" in window;
  return (
    <>
      <Dropzone onDrop={onFiles} aria-label={t`Files to import`} useFsAccessApi={false}>
        <Text ta="center" py="lg">
          <Trans>
            Drop images, a zip, or a table with its images: CSV, TSV, JSONL, JSON or Parquet.
          </Trans>
        </Text>
      </Dropzone>
      <Group>
        <Button variant="default" onClick={() => folder.current?.click()}>
          <Trans>Choose a folder</Trans>
        </Button>
        {canLink && (
          <Button variant="default" onClick={onLink}>
            <Trans>Link a folder without copying</Trans>
          </Button>
        )}
        <input
          ref={(element) => {
            folder.current = element;
            // React knows no property for choosing a folder.
            element?.setAttribute("webkitdirectory", "");
          }}
          type="file"
          multiple
          hidden
          aria-label={t`Folder to import`}
          onChange={(event) => onFiles([...(event.currentTarget.files ?? [])])}
        />
      </Group>
      <Text size="sm" c="dimmed">
        <Trans>
          Also read: Hugging Face image folders, Label Studio JSON, CreativeRanking lists, and
          Perigee&apos;s own exports. Nothing leaves this browser.
        </Trans>
      </Text>
    </>
  );
}
