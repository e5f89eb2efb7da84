import { Trans, useLingui } from "@lingui/react/macro";
import { Title } from "@mantine/core";
import type { ExampleSet } from "../logic/stored-example";
import { demoImageUrl } from "../queries/example-queries";
import styles from "./example-cards.module.css";

/** The built-in sets of drawn creatives. */
export function ExampleCards({
  examples,
  language,
  current,
  onOpen,
}: {
  readonly examples: readonly ExampleSet[];
  readonly language: "en" | "zh";
  readonly current: string | undefined;
  readonly onOpen: (example: ExampleSet) => void;
}) {
  const { t } = useLingui();
  if (examples.length === 0) return null;
  return (
    <section aria-label={t`Examples`}>
      <Title order={2} size="h4" mb="sm">
        <Trans>Or start with an example</Trans>
      </Title>
      <div className={styles["cards"]}>
        {examples.map((example) => (
          <button
            key={example.id}
            type="button"
            className={styles["card"]}
            aria-pressed={example.id === current}
            onClick={() => onOpen(example)}
          >
            <span className={styles["images"]}>
              {example.images.slice(0, 3).map((file) => (
                <img key={file} src={demoImageUrl(file)} alt="" loading="lazy" />
              ))}
            </span>
            <span className={styles["title"]}>{example.title[language]}</span>
            <span className={styles["queries"]}>{example.queries[language].join(" · ")}</span>
          </button>
        ))}
      </div>
    </section>
  );
}
