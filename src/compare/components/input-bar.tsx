import { Trans, useLingui } from "@lingui/react/macro";
import { Button, Group, Select, TagsInput, TextInput } from "@mantine/core";
import type { ModelSummary } from "@/inference/protocol/messages";
import { Keys } from "@/shared/ui/keys";
import styles from "./compare-page.module.css";

export interface ModelLineProps {
  readonly models: readonly ModelSummary[];
  readonly model: ModelSummary | undefined;
  /** True until the list of models has come: the worker tests the device first. */
  readonly isListing: boolean;
  readonly onModel: (key: string) => void;
  readonly onCard: () => void;
}

export function modelKey(model: { readonly id: string; readonly revision: string }): string {
  return `${model.id}/${model.revision}`;
}

/** The selector to ask: its name, a choice where there are several, and its card. */
export function ModelLine({ models, model, isListing, onModel, onCard }: ModelLineProps) {
  const { t } = useLingui();
  if (isListing) {
    return (
      <output className={styles["modelName"]}>
        <Trans>Looking for models</Trans>
      </output>
    );
  }
  if (model === undefined) return null;
  return (
    <Group gap={4} wrap="nowrap" className={styles["model"]}>
      {models.length > 1 ? (
        <Select
          aria-label={t`Model`}
          value={modelKey(model)}
          allowDeselect={false}
          data={models.map((item) => ({
            value: modelKey(item),
            label: `${item.name} ${item.revision}`,
          }))}
          onChange={(value) => {
            if (value !== null) onModel(value);
          }}
        />
      ) : (
        <span className={styles["modelName"]}>{model.name}</span>
      )}
      <Button variant="subtle" size="compact-md" fz="sm" onClick={onCard}>
        <Trans>Model card</Trans>
      </Button>
    </Group>
  );
}

export interface InputBarProps {
  readonly title: string;
  readonly queries: readonly string[];
  readonly canCompare: boolean;
  readonly isRunning: boolean;
  readonly onTitle: (title: string) => void;
  readonly onQueries: (queries: readonly string[]) => void;
  readonly onCompare: () => void;
}

/** The product's title, what shoppers searched for, and the one button that matters. */
export function InputBar(props: InputBarProps) {
  const { title, queries, canCompare, isRunning } = props;
  const { t } = useLingui();
  return (
    <div className={styles["inputs"]}>
      <TextInput
        label={t`Product title`}
        placeholder={t`As shoppers see it`}
        value={title}
        maxLength={500}
        onChange={(event) => props.onTitle(event.currentTarget.value)}
      />
      <TagsInput
        classNames={{
          input: styles["queries"] ?? "",
          pillsList: styles["queryList"] ?? "",
          inputField: styles["queryField"] ?? "",
        }}
        label={t`Search queries`}
        placeholder={queries.length === 0 ? t`What shoppers typed; Enter adds one` : ""}
        value={[...queries]}
        maxTags={10}
        maxLength={500}
        acceptValueOnBlur
        onChange={props.onQueries}
        clearButtonProps={{ "aria-label": t`Remove all queries` }}
      />
      <div className={styles["go"]}>
        <Button
          size="sm"
          disabled={!canCompare}
          onClick={props.onCompare}
          rightSection={
            <span className={styles["keys"]}>
              <Keys keys="mod+enter" />
            </span>
          }
        >
          {isRunning ? <Trans>Compare next</Trans> : <Trans>Compare</Trans>}
        </Button>
      </div>
    </div>
  );
}
