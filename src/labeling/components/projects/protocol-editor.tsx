import { Trans, useLingui } from "@lingui/react/macro";
import {
  Button,
  Group,
  NumberInput,
  SegmentedControl,
  Text,
  TextInput,
  Title,
} from "@mantine/core";
import { isOwnQuestion, type ProtocolDefinition } from "@/domain/labeling/protocol-definition";
import { currentProtocol, type LabelingProject } from "@/domain/labeling/records";
import {
  addQuestion,
  addReason,
  canAddReason,
  freeQuestionId,
  moveQuestion,
  moveReason,
  removeQuestion,
  removeReason,
} from "../../logic/edit-protocol";
import { isoTime } from "../../logic/make-event";
import { useTextLanguage } from "../use-text-language";
import { ListTools } from "./list-tools";
import { QuestionRow } from "./question-row";
import pageStyles from "../labeling-page.module.css";
import styles from "./protocol-editor.module.css";

interface PartProps {
  readonly protocol: ProtocolDefinition;
  readonly editions: LabelingProject["protocols"];
  readonly isOpen: boolean;
  readonly onProtocol: (protocol: ProtocolDefinition) => void;
}

/**
 * Questions, answers and reasons. Once there are judgements the edition in force is closed; changes
 * then begin a new edition, and every judgement says under which one it was made.
 */
export function ProtocolEditor({
  project,
  isLocked,
  now,
  onChange,
}: {
  readonly project: LabelingProject;
  readonly isLocked: boolean;
  readonly now: () => number;
  readonly onChange: (protocols: LabelingProject["protocols"]) => void;
}) {
  const { t } = useLingui();
  const protocol = currentProtocol(project);
  const isOpen = !isLocked;
  const set = (next: ProtocolDefinition) => onChange([...project.protocols.slice(0, -1), next]);
  const part: PartProps = { protocol, editions: project.protocols, isOpen, onProtocol: set };

  function begin() {
    const next = { ...protocol, version: protocol.version + 1, createdAt: isoTime(now()) };
    onChange([...project.protocols, next]);
  }
  return (
    <>
      <Title order={2}>
        <Trans>Protocol, edition {protocol.version}</Trans>
      </Title>
      {!isOpen && (
        <div>
          <Text size="sm" c="dimmed">
            <Trans>
              Judgements were made under this edition, so it stays as it is. A new edition applies
              to judgements from then on.
            </Trans>
          </Text>
          <Button variant="default" mt="sm" onClick={begin}>
            <Trans>Begin a new edition</Trans>
          </Button>
        </div>
      )}
      <Questions {...part} />
      <Title order={3}>
        <Trans>Reasons</Trans>
      </Title>
      <Reasons {...part} />
      <div className={pageStyles["form"]}>
        <NumberInput
          size="xs"
          label={t`Fewest reasons`}
          disabled={!isOpen}
          min={0}
          max={Math.min(5, protocol.reasons.length)}
          value={protocol.minReasons}
          onChange={(value) => set({ ...protocol, minReasons: Math.trunc(Number(value)) })}
        />
        <NumberInput
          size="xs"
          label={t`Shortest note, in characters`}
          disabled={!isOpen}
          min={0}
          max={500}
          value={protocol.minNoteLength}
          onChange={(value) => set({ ...protocol, minNoteLength: Math.trunc(Number(value)) })}
        />
      </div>
    </>
  );
}

function Questions({ protocol, editions, isOpen, onProtocol }: PartProps) {
  const { t } = useLingui();
  const { questions } = protocol;
  return (
    <>
      <ol className={styles["list"]} aria-label={t`Questions`}>
        {questions.map((question, at) => (
          <QuestionRow
            key={question.id}
            question={question}
            isOpen={isOpen}
            onChange={(values) =>
              onProtocol({ ...protocol, questions: questions.with(at, { ...question, ...values }) })
            }
          >
            {isOpen ? (
              <ListTools
                name={question.id.toUpperCase()}
                at={at}
                count={questions.length}
                onMove={(by) => onProtocol(moveQuestion(protocol, question.id, by))}
                onRemove={
                  isOwnQuestion(question.id)
                    ? () => onProtocol(removeQuestion(protocol, question.id))
                    : undefined
                }
              />
            ) : (
              <span />
            )}
          </QuestionRow>
        ))}
      </ol>
      {isOpen && (
        <Group gap={12}>
          <Button
            size="xs"
            variant="default"
            disabled={freeQuestionId(editions) === undefined}
            onClick={() => onProtocol(addQuestion(protocol, editions, { en: "", zh: "" }))}
          >
            <Trans>Add a question</Trans>
          </Button>
          <Text size="sm" c="dimmed">
            <Trans>
              Q1–Q10 can be left out but not removed, so that exports fit other tools; Q10 is always
              asked.
            </Trans>
          </Text>
        </Group>
      )}
    </>
  );
}

function Reasons({ protocol, editions, isOpen, onProtocol }: PartProps) {
  const { t } = useLingui();
  const { language } = useTextLanguage();
  const { reasons } = protocol;
  return (
    <>
      <ol className={styles["list"]} aria-label={t`Reasons`}>
        {reasons.map((reason, at) => {
          const update = (values: Partial<typeof reason>) =>
            onProtocol({ ...protocol, reasons: reasons.with(at, { ...reason, ...values }) });
          return (
            <li key={reason.id} className={`${styles["item"]} ${styles["reason"]}`}>
              <span className={styles["place"]}>{at < 10 ? t`key ${(at + 1) % 10}` : ""}</span>
              <TextInput
                size="xs"
                aria-label={t`Reason ${at + 1}`}
                disabled={!isOpen}
                maxLength={2000}
                value={reason.label[language]}
                onChange={(event) =>
                  update({ label: { ...reason.label, [language]: event.currentTarget.value } })
                }
              />
              <SegmentedControl
                size="xs"
                aria-label={t`What reason ${at + 1} speaks about`}
                disabled={!isOpen}
                value={reason.polarity}
                data={[
                  { value: "for", label: t`for the chosen` },
                  { value: "against", label: t`against the other` },
                ]}
                onChange={(value) => update({ polarity: value === "against" ? "against" : "for" })}
              />
              {isOpen ? (
                <ListTools
                  name={t`reason ${at + 1}`}
                  at={at}
                  count={reasons.length}
                  onMove={(by) => onProtocol(moveReason(protocol, reason.id, by))}
                  onRemove={() => onProtocol(removeReason(protocol, reason.id))}
                />
              ) : (
                <span />
              )}
            </li>
          );
        })}
      </ol>
      {isOpen && (
        <div>
          <Button
            size="xs"
            variant="default"
            disabled={!canAddReason(protocol)}
            onClick={() => onProtocol(addReason(protocol, editions, { en: "", zh: "" }))}
          >
            <Trans>Add a reason</Trans>
          </Button>
        </div>
      )}
    </>
  );
}
