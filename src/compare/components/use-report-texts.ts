import { useLingui } from "@lingui/react/macro";
import { QUESTION_IDS, type QuestionId } from "@/domain/evaluation-protocol";
import { formatDateTime, formatPercent } from "@/shared/ui/format";
import type { QuestionRow } from "../logic/question-rows";
import type { ReportTexts } from "../logic/report-html";
import { QUESTION_TEXTS } from "./question-texts";

/** The words of the HTML report in the interface's language. */
export function useReportTexts(): ReportTexts {
  const { i18n, t } = useLingui();
  const percent = (share: number) => formatPercent(share, i18n.locale);
  const agreement = (row: QuestionRow) =>
    row.agreement === "agree"
      ? t`both orders agree`
      : row.agreement === "differ"
        ? t`depends on order`
        : "";
  return {
    language: i18n.locale,
    heading: t`Comparison of creatives`,
    title: t`Product title`,
    queries: t`Search queries`,
    model: t`Model`,
    created: t`Compared`,
    note: t`A prediction by the model named above, computed with Perigee on one device. It is no measurement of clicks.`,
    question: t`Question`,
    answer: t`Answer`,
    reason: t`Reason`,
    exchanged: t`with the sides exchanged`,
    ranking: t`Ranking`,
    notFinished: t`This pair was not compared.`,
    questions: Object.fromEntries(
      QUESTION_IDS.map((id) => [id, t(QUESTION_TEXTS[id].name)]),
    ) as Record<QuestionId, string>,
    verdict: (winner, probability) =>
      t`${winner} would be clicked more often: ${percent(probability)}`,
    orders: (agree, aFirst, bFirst) =>
      agree
        ? t`Both orders agree (A shown first ${percent(aFirst)}, B shown first ${percent(bFirst)}).`
        : t`Depends on order (A shown first ${percent(aFirst)}, B shown first ${percent(bFirst)}).`,
    agreement,
    leastCertain: (a, b) => t`Least certain: ${a} against ${b}.`,
    chance: (chance) => t`${percent(chance)} against an average one of this set`,
    date: (epochMs) => formatDateTime(epochMs, i18n.locale),
  };
}
