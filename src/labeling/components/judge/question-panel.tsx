import { Trans, useLingui } from "@lingui/react/macro";
import { isNotComparable } from "@/domain/evaluation-protocol";
import type { AnswerName, QuestionDefinition } from "@/domain/labeling/protocol-definition";
import { Keys } from "@/shared/ui/keys";
import {
  answerOf,
  isContradiction,
  isGate,
  type JudgeAction,
  type JudgeContext,
  type JudgeDraft,
} from "../../logic/judge-draft";
import type { Keymap } from "../../logic/keymap";
import { useTextLanguage } from "../use-text-language";
import styles from "./question-panel.module.css";

interface AnswerChoice {
  readonly answer: string;
  readonly label: string;
  readonly tone: "A" | "B" | "plain";
  readonly keys: string | null;
  readonly action: JudgeAction;
}

function choicesFor(
  { id: question }: QuestionDefinition,
  keymap: Keymap,
  words: Readonly<Record<AnswerName, string>>,
) {
  if (isGate(question)) {
    return [
      {
        answer: "NO",
        label: words.no,
        tone: "plain",
        keys: keymap.equal,
        action: { type: "gate", answer: "NO" },
      },
      {
        answer: "YES",
        label: words.yes,
        tone: "plain",
        keys: keymap.yes,
        action: { type: "gate", answer: "YES" },
      },
    ] satisfies AnswerChoice[];
  }
  const left: AnswerChoice = {
    answer: question === "q10" ? "A" : "A>B",
    label: words.left,
    tone: "A",
    keys: keymap.left,
    action: { type: "favour", side: "left", isStrong: false },
  };
  const right: AnswerChoice = {
    answer: question === "q10" ? "B" : "A<B",
    label: words.right,
    tone: "B",
    keys: keymap.right,
    action: { type: "favour", side: "right", isStrong: false },
  };
  const equal: AnswerChoice = {
    answer: "A=B",
    label: words.equal,
    tone: "plain",
    keys: keymap.equal,
    action: { type: "equal" },
  };
  return question === "q10" ? [left, right] : [left, equal, right];
}

function markOf(answer: string | undefined, strength: number | undefined): string {
  if (answer === undefined) return "○";
  const strong = strength === 2 ? "!" : "";
  const marks: Record<string, string> = { "A>B": "A", "A<B": "B", "A=B": "=", NO: "✓", YES: "✕" };
  return (marks[answer] ?? answer) + strong;
}

function toneOf(answer: string | undefined): string {
  if (answer === "A>B" || answer === "A") return "A";
  if (answer === "A<B" || answer === "B") return "B";
  return "plain";
}

/** The current question, large, with its answers; below it every question as a mark. */
export function QuestionPanel({
  draft,
  context,
  keymap,
  dispatch,
}: {
  readonly draft: JudgeDraft;
  readonly context: JudgeContext;
  readonly keymap: Keymap;
  readonly dispatch: (action: JudgeAction) => void;
}) {
  const { t } = useLingui();
  const { textOf } = useTextLanguage();
  const words = { left: "A", right: "B", yes: t`Yes`, no: t`No`, equal: t`Equal` };
  const current = context.questions.find(({ id }) => id === draft.current);
  const closed = isNotComparable(draft.answers);
  if (current === undefined) return null;
  const strong = draft.strengths[current.id] === 2;
  const given = answerOf(draft, current.id);
  const own = (name: AnswerName) => {
    const text = current.answers?.[name];
    const shown = text === undefined ? "" : textOf(text);
    if (shown === "") return words[name];
    // A side keeps its letter: the colour alone does not say which it is.
    return name === "left" || name === "right" ? `${words[name]} · ${shown}` : shown;
  };
  const answerWords = {
    left: own("left"),
    equal: own("equal"),
    right: own("right"),
    no: own("no"),
    yes: own("yes"),
  };

  return (
    <section className={styles["panel"]} aria-label={t`Questions`}>
      <div className={styles["current"]}>
        <p className={styles["number"]}>
          {current.id.toUpperCase()} · {textOf(current.name)}
        </p>
        <p className={styles["question"]} id="judge-question">
          {textOf(current.text)}
        </p>
        <fieldset className={styles["answers"]} aria-labelledby="judge-question">
          {choicesFor(current, keymap, answerWords).map((choice) => (
            <button
              key={choice.answer}
              type="button"
              className={styles["answer"]}
              data-tone={choice.tone}
              data-enter="confirm"
              aria-pressed={given === choice.answer}
              onClick={() => dispatch(choice.action)}
            >
              <span>
                {choice.label}
                {strong && given === choice.answer ? ` · ${t`strongly`}` : ""}
              </span>
              {choice.keys !== null && <Keys keys={choice.keys} />}
            </button>
          ))}
        </fieldset>
      </div>
      {context.questions.length > 1 && (
        <ol className={styles["list"]}>
          {context.questions.map((question) => {
            const answer = answerOf(draft, question.id);
            return (
              <li key={question.id}>
                <button
                  type="button"
                  className={styles["row"]}
                  data-enter="confirm"
                  data-current={question.id === draft.current}
                  aria-current={question.id === draft.current ? "step" : undefined}
                  disabled={closed && answer === undefined}
                  onClick={() => dispatch({ type: "go", question: question.id })}
                >
                  <span className={styles["rowId"]}>{question.id.toUpperCase()}</span>
                  <span className={styles["rowName"]}>{textOf(question.name)}</span>
                  <span className={styles["mark"]} data-tone={toneOf(answer)}>
                    {markOf(answer, draft.strengths[question.id])}
                    <span className="visually-hidden">{answer ?? t`not answered`}</span>
                  </span>
                </button>
              </li>
            );
          })}
        </ol>
      )}
      <output className={styles["hint"]}>
        {closed && <Trans>This closes the pair as not comparable. Confirm to go on.</Trans>}
        {!closed && isContradiction(draft.answers, draft.own) && (
          <Trans>Your label goes against most of your answers. Confirm if you mean it.</Trans>
        )}
      </output>
    </section>
  );
}
