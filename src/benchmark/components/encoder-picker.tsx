import { Trans, useLingui } from "@lingui/react/macro";
import { Anchor, Button, Checkbox, Fieldset, FileButton, Group, Stack, Text } from "@mantine/core";
import { useId } from "react";
import { RUN_FILES } from "../logic/read-trec";
import { VECTOR_FILES } from "../logic/read-vectors";
import { STAGE_FOLDER } from "../logic/stage-encoder";
import type { EncoderChoice } from "../store/bench-store";
import styles from "./benchmark.module.css";
import { encoderName } from "./encoder-name";

interface Stages {
  readonly choices: readonly EncoderChoice[];
  /** The data set is the one that they encoded. */
  readonly isPossible: boolean;
}

function StagePicker({ choices, isPossible }: Stages) {
  const { t } = useLingui();
  const text = useId();
  return (
    <Fieldset
      variant="unstyled"
      legend={t`Stages of moon2-nano`}
      className={styles["stages"]}
      aria-describedby={text}
      disabled={!isPossible}
    >
      <Text size="sm" c="dimmed" id={text} mb={4}>
        {isPossible ? (
          <Trans>
            Stored vectors of the demo catalogue from short training runs on one frozen tower, to
            compare the methods. They are not the shipped encoder.
          </Trans>
        ) : (
          <Trans>
            Not for this data set: no weights of the stages are kept, only vectors of the demo
            catalogue.
          </Trans>
        )}{" "}
        <Anchor
          size="sm"
          underline="always"
          href={`/models/${STAGE_FOLDER}/README.md`}
          target="_blank"
        >
          <Trans>What was trained</Trans>
        </Anchor>
      </Text>
      <Group gap="md">
        {choices.map((choice) => (
          <Checkbox key={choice.key} value={choice.key} label={encoderName(choice, t)} />
        ))}
      </Group>
    </Fieldset>
  );
}

/** What can be measured: models and baselines, stages of training, and files of other programs. */
export function EncoderPicker({
  choices,
  stages,
  selected,
  onChange,
  onAdd,
}: {
  readonly choices: readonly EncoderChoice[];
  readonly stages: Stages;
  readonly selected: readonly string[];
  readonly onChange: (keys: string[]) => void;
  readonly onAdd: (file: File) => void;
}) {
  const { t } = useLingui();
  return (
    <Checkbox.Group label={t`Encoders`} value={[...selected]} onChange={onChange}>
      <Stack gap="md" mt={4}>
        <Group gap="md">
          {choices.map((choice) => (
            <Checkbox key={choice.key} value={choice.key} label={encoderName(choice, t)} />
          ))}
          <FileButton
            accept={`${VECTOR_FILES},${RUN_FILES}`}
            onChange={(file) => file !== null && onAdd(file)}
          >
            {(props) => (
              <Button size="compact-sm" variant="default" {...props}>
                <Trans>Add vectors or a TREC run</Trans>
              </Button>
            )}
          </FileButton>
        </Group>
        <StagePicker {...stages} />
      </Stack>
    </Checkbox.Group>
  );
}
