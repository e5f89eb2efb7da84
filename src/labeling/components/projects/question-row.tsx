import { Trans, useLingui } from "@lingui/react/macro";
import { Checkbox, TextInput } from "@mantine/core";
import type { ReactNode } from "react";
import type { AnswerName, QuestionDefinition } from "@/domain/labeling/protocol-definition";
import { isGate } from "../../logic/judge-draft";
import { useTextLanguage } from "../use-text-language";
import styles from "./protocol-editor.module.css";

const MAX_TEXT = 2000;

function answersOf(question: QuestionDefinition): readonly AnswerName[] {
  if (isGate(question.id)) return ["no", "yes"];
  return question.id === "q10" ? ["left", "right"] : ["left", "equal", "right"];
}

/** One question: whether it is asked, its name and wording, and the words of its answers. */
export function QuestionRow({
  question,
  isOpen,
  onChange,
  children,
}: {
  readonly question: QuestionDefinition;
  readonly isOpen: boolean;
  readonly onChange: (values: Partial<QuestionDefinition>) => void;
  readonly children: ReactNode;
}) {
  const { t } = useLingui();
  const { language } = useTextLanguage();
  const id = question.id.toUpperCase();
  const usual: Readonly<Record<AnswerName, string>> = {
    left: "A",
    equal: t`Equal`,
    right: "B",
    no: t`No`,
    yes: t`Yes`,
  };
  const rename = (name: AnswerName, text: string) =>
    onChange({
      answers: {
        ...question.answers,
        [name]: { en: "", zh: "", ...question.answers?.[name], [language]: text },
      },
    });
  return (
    <li className={styles["item"]}>
      <Checkbox
        label={id}
        disabled={!isOpen || question.id === "q10"}
        checked={question.asked}
        onChange={(event) => onChange({ asked: event.currentTarget.checked })}
      />
      <TextInput
        size="xs"
        aria-label={t`Name of ${id}`}
        disabled={!isOpen}
        maxLength={MAX_TEXT}
        value={question.name[language]}
        onChange={(event) =>
          onChange({ name: { ...question.name, [language]: event.currentTarget.value } })
        }
      />
      <TextInput
        size="xs"
        aria-label={t`Wording of ${id}`}
        disabled={!isOpen}
        maxLength={MAX_TEXT}
        value={question.text[language]}
        onChange={(event) =>
          onChange({ text: { ...question.text, [language]: event.currentTarget.value } })
        }
      />
      {children}
      <details className={styles["answers"]}>
        <summary>
          <Trans>Answers of {id}</Trans>
        </summary>
        <div className={styles["fields"]}>
          {answersOf(question).map((name) => (
            <TextInput
              key={name}
              size="xs"
              label={usual[name]}
              placeholder={usual[name]}
              disabled={!isOpen}
              maxLength={MAX_TEXT}
              value={question.answers?.[name]?.[language] ?? ""}
              onChange={(event) => rename(name, event.currentTarget.value)}
            />
          ))}
        </div>
      </details>
    </li>
  );
}
