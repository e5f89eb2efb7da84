import { Trans, useLingui } from "@lingui/react/macro";
import { ActionIcon, Button, Skeleton, Tooltip } from "@mantine/core";
import { IconArrowsExchange, IconCheck, IconFocusCentered } from "@tabler/icons-react";
import type { QuestionId } from "@/domain/evaluation-protocol";
import { lineInProgress, questionRows, type QuestionRow } from "../logic/question-rows";
import type { PairState } from "../logic/job";
import { AnswerMark } from "./answer-mark";
import { QUESTION_TEXTS } from "./question-texts";
import styles from "./question-table.module.css";

export interface QuestionTableProps {
  readonly pair: PairState;
  readonly isRunning: boolean;
  /** The question whose heatmap is on the pictures. */
  readonly shown: QuestionId | undefined;
  readonly onShow: (question: QuestionId | undefined) => void;
  readonly onHover: (question: QuestionId | undefined) => void;
}

function Agreement({ row }: { readonly row: QuestionRow }) {
  const { t } = useLingui();
  if (row.agreement === "agree") {
    const text = t`Both orders agree`;
    return (
      <Tooltip label={text}>
        <span className={styles["agree"]}>
          <IconCheck size={16} stroke={2} aria-hidden="true" />
          <span className="visually-hidden">{text}</span>
        </span>
      </Tooltip>
    );
  }
  if (row.agreement !== "differ") return null;
  return (
    <span className={styles["differ"]}>
      <IconArrowsExchange size={14} stroke={2} aria-hidden="true" /> <Trans>depends on order</Trans>
    </span>
  );
}

/** What the run with the sides exchanged said instead, word for word. */
function OtherOrder({ row }: { readonly row: QuestionRow }) {
  if (row.agreement !== "differ") return null;
  return (
    <div className={styles["other"]}>
      <AnswerMark answer={row.otherAnswer} />{" "}
      <span>
        <Trans>with the sides exchanged</Trans>
        {row.otherReason !== undefined && (
          <>
            : <q>{row.otherReason}</q> <Trans>(its A is the B shown here)</Trans>
          </>
        )}
      </span>
    </div>
  );
}

function Reason({ row, words }: { readonly row: QuestionRow; readonly words: string | undefined }) {
  if (row.reason !== undefined) return <span>{row.reason}</span>;
  if (words !== undefined) return <span className={styles["writing"]}>{words}</span>;
  if (row.agreement === "pending" && row.answer === undefined) {
    return <Skeleton height={12} width="60%" my={4} animate={false} />;
  }
  return null;
}

function ShowButton({
  question,
  isShown,
  onShow,
}: {
  readonly question: QuestionId;
  readonly isShown: boolean;
  readonly onShow: QuestionTableProps["onShow"];
}) {
  const { t } = useLingui();
  const name = t(QUESTION_TEXTS[question].name);
  return (
    <Tooltip label={isShown ? t`Hide the heatmap` : t`Show where the model looked`}>
      <ActionIcon
        variant={isShown ? "filled" : "subtle"}
        color={isShown ? "accent" : "gray"}
        aria-pressed={isShown}
        aria-label={t`Where the model looked: ${name}`}
        onClick={() => onShow(isShown ? undefined : question)}
      >
        <IconFocusCentered size={18} stroke={1.6} />
      </ActionIcon>
    </Tooltip>
  );
}

/** The ten answers with their reasons; a row's button puts its heatmap on both pictures. */
export function QuestionTable(props: QuestionTableProps) {
  const { pair, isRunning, shown, onShow, onHover } = props;
  const { t } = useLingui();
  const rows = questionRows(pair.lines.AB, pair.lines.BA, !isRunning);
  const writing = isRunning ? lineInProgress(pair.text.AB) : undefined;
  return (
    <div className={styles["wrap"]}>
      <table className={styles["table"]} aria-label={t`Answers and reasons`}>
        <thead>
          <tr>
            <th scope="col">
              <Trans>Question</Trans>
            </th>
            <th scope="col">
              <Trans>Answer</Trans>
            </th>
            <th scope="col">
              <Trans>Reason</Trans>
            </th>
            <th scope="col" aria-label={t`Both orders`} />
            <th scope="col" aria-label={t`Heatmap`} />
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr
              key={row.question}
              data-shown={shown === row.question}
              data-label={row.question === "q10"}
              onPointerEnter={() => onHover(row.question)}
              onPointerLeave={() => onHover(undefined)}
            >
              <th scope="row">
                <span className={styles["number"]}>{row.question.toUpperCase()}</span>{" "}
                <span title={t(QUESTION_TEXTS[row.question].question)}>
                  {t(QUESTION_TEXTS[row.question].name)}
                </span>
              </th>
              <td className={styles["answerCell"]}>
                <AnswerMark answer={row.answer} />
              </td>
              <td className={styles["reason"]}>
                <Reason
                  row={row}
                  words={writing?.question === row.question ? writing.words : undefined}
                />
                <OtherOrder row={row} />
              </td>
              <td className={styles["agreement"]}>
                <Agreement row={row} />
              </td>
              <td className={styles["show"]}>
                {pair.outcome !== undefined && row.answer !== undefined && (
                  <ShowButton
                    question={row.question}
                    isShown={shown === row.question}
                    onShow={onShow}
                  />
                )}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

/** Under a failed or unfinished pair: the way on. */
export function RunAgain({ onRun }: { readonly onRun: () => void }) {
  return (
    <Button variant="default" onClick={onRun}>
      <Trans>Compare again</Trans>
    </Button>
  );
}
