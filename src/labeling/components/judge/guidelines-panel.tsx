import { Trans, useLingui } from "@lingui/react/macro";
import { Drawer, Text } from "@mantine/core";
import Markdown from "react-markdown";
import type { GuidelineExample, LabelingCreative } from "@/domain/labeling/records";
import type { ImageSource } from "../../store/image-source";
import { ExamplePair } from "./example-pair";
import styles from "./example-pair.module.css";

/** The project's guidelines and example pairs. Raw HTML in the Markdown is shown as text, never run. */
export function GuidelinesPanel({
  opened,
  onClose,
  text,
  examples,
  creatives,
  images,
}: {
  readonly opened: boolean;
  readonly onClose: () => void;
  readonly text: string;
  readonly examples: readonly GuidelineExample[];
  readonly creatives: ReadonlyMap<string, LabelingCreative>;
  readonly images: ImageSource;
}) {
  const { t } = useLingui();
  const isEmpty = text.trim() === "" && examples.length === 0;
  return (
    <Drawer
      opened={opened}
      onClose={onClose}
      position="right"
      title={<Trans>Guidelines</Trans>}
      closeButtonProps={{ "aria-label": t`Close` }}
    >
      {isEmpty && (
        <Text c="dimmed">
          <Trans>This project has no guidelines yet. They are written under Settings.</Trans>
        </Text>
      )}
      <Markdown>{text}</Markdown>
      {examples.length > 0 && (
        <section aria-label={t`Examples`}>
          <h2 className={styles["heading"]}>
            <Trans>Examples</Trans>
          </h2>
          <ol className={styles["list"]}>
            {examples.map((example) => (
              <li key={JSON.stringify([example.a, example.b])}>
                <ExamplePair example={example} creatives={creatives} images={images} />
              </li>
            ))}
          </ol>
        </section>
      )}
    </Drawer>
  );
}
