import { Trans, useLingui } from "@lingui/react/macro";
import { Button, Checkbox, NumberInput, Table, Text, TextInput, Title } from "@mantine/core";
import type { ProtocolDefinition } from "@/domain/labeling/protocol-definition";
import { currentProtocol, type LabelingProject } from "@/domain/labeling/records";
import { isoTime } from "../../logic/make-event";
import { useTextLanguage } from "../use-text-language";
import styles from "../labeling-page.module.css";

/**
 * Wording, asked questions and reasons. Once there are judgements the edition in force is closed;
 * changes then begin a new edition, and every judgement says under which one it was made.
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
  const { language } = useTextLanguage();
  const protocol = currentProtocol(project);
  const isOpen = !isLocked;

  function set(change: Partial<ProtocolDefinition>) {
    onChange([...project.protocols.slice(0, -1), { ...protocol, ...change }]);
  }
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
      <div className={styles["tableScroll"]}>
        <Table>
          <Table.Thead>
            <Table.Tr>
              <Table.Th>{t`Asked`}</Table.Th>
              <Table.Th>{t`Name`}</Table.Th>
              <Table.Th>{t`Question`}</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {protocol.questions.map((question, at) => {
              const id = question.id.toUpperCase();
              const update = (values: Partial<typeof question>) =>
                set({ questions: protocol.questions.with(at, { ...question, ...values }) });
              return (
                <Table.Tr key={question.id}>
                  <Table.Td>
                    <Checkbox
                      label={id}
                      disabled={!isOpen || question.id === "q10"}
                      checked={question.asked}
                      onChange={(event) => update({ asked: event.currentTarget.checked })}
                    />
                  </Table.Td>
                  <Table.Td>
                    <TextInput
                      size="xs"
                      aria-label={t`Name of ${id}`}
                      disabled={!isOpen}
                      value={question.name[language]}
                      onChange={(event) =>
                        update({
                          name: { ...question.name, [language]: event.currentTarget.value },
                        })
                      }
                    />
                  </Table.Td>
                  <Table.Td miw={280}>
                    <TextInput
                      size="xs"
                      aria-label={t`Wording of ${id}`}
                      disabled={!isOpen}
                      value={question.text[language]}
                      onChange={(event) =>
                        update({
                          text: { ...question.text, [language]: event.currentTarget.value },
                        })
                      }
                    />
                  </Table.Td>
                </Table.Tr>
              );
            })}
          </Table.Tbody>
        </Table>
      </div>
      <div className={styles["form"]}>
        {protocol.reasons.map((reason, at) => (
          <TextInput
            key={reason.id}
            size="xs"
            label={t`Reason ${at + 1}`}
            disabled={!isOpen}
            value={reason.label[language]}
            onChange={(event) =>
              set({
                reasons: protocol.reasons.with(at, {
                  ...reason,
                  label: { ...reason.label, [language]: event.currentTarget.value },
                }),
              })
            }
          />
        ))}
        <NumberInput
          size="xs"
          label={t`Fewest reasons`}
          disabled={!isOpen}
          min={0}
          max={5}
          value={protocol.minReasons}
          onChange={(value) => set({ minReasons: Math.trunc(Number(value)) })}
        />
        <NumberInput
          size="xs"
          label={t`Shortest note, in characters`}
          disabled={!isOpen}
          min={0}
          max={500}
          value={protocol.minNoteLength}
          onChange={(value) => set({ minNoteLength: Math.trunc(Number(value)) })}
        />
      </div>
    </>
  );
}
