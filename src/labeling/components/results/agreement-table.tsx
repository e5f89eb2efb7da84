import { Trans, useLingui } from "@lingui/react/macro";
import { Table, Text, Title } from "@mantine/core";
import type { ProtocolDefinition } from "@/domain/labeling/protocol-definition";
import type { AgreementFigure, AgreementId } from "@/domain/statistics/agreement";
import { formatNumber } from "@/shared/ui/format";
import type { QualityReport } from "../../logic/quality";
import { useTextLanguage } from "../use-text-language";
import styles from "../labeling-page.module.css";

/** AC2 needs weights beyond what the label has; the other five are what the issue names. */
const SHOWN: readonly AgreementId[] = [
  "percentage",
  "cohen_kappa",
  "fleiss_kappa",
  "krippendorff_alpha",
  "gwet_ac1",
];

function useReasonTexts(): Readonly<Record<NonNullable<AgreementFigure["reason"]>, string>> {
  const { t } = useLingui();
  return {
    "no-overlap": t`undefined: no pair has two annotators`,
    "one-worker": t`undefined: one annotator`,
    "one-label": t`undefined: only one answer was used`,
    "not-on-scale": t`undefined: answers are not numbers`,
    "scale-not-positive": t`undefined: needs numbers above 0`,
  };
}

function Figure({ figure }: { readonly figure: AgreementFigure | undefined }) {
  const { i18n } = useLingui();
  const reasons = useReasonTexts();
  if (figure === undefined || figure.value === null) {
    const reason = figure?.reason ?? null;
    return (
      <Text size="xs" c="dimmed">
        {reason === null ? "–" : reasons[reason]}
      </Text>
    );
  }
  const show = (value: number) => formatNumber(value, i18n.locale, 2);
  return (
    <span className="tabular">
      {show(figure.value)}{" "}
      {figure.interval !== null && (
        <Text span size="xs" c="dimmed">
          [{show(figure.interval.low)}, {show(figure.interval.high)}]
        </Text>
      )}
    </span>
  );
}

/** Agreement per question and on the label, each with its interval or why it has none. */
export function AgreementTable({
  agreement,
  protocol,
}: {
  readonly agreement: QualityReport["agreement"];
  readonly protocol: ProtocolDefinition;
}) {
  const { t, i18n } = useLingui();
  const { textOf } = useTextLanguage();
  const names: Readonly<Partial<Record<AgreementId, string>>> = {
    percentage: t`Percentage`,
    cohen_kappa: t`Cohen's κ`,
    fleiss_kappa: t`Fleiss' κ`,
    krippendorff_alpha: t`Krippendorff's α`,
    gwet_ac1: t`Gwet's AC1`,
  };
  const nameOf = (id: string) => {
    const question = protocol.questions.find((candidate) => candidate.id === id);
    return question === undefined ? t`Label` : `${id.toUpperCase()} ${textOf(question.name)}`;
  };
  if (agreement.every(({ items }) => items === 0)) {
    return (
      <>
        <Title order={2}>
          <Trans>Agreement</Trans>
        </Title>
        <Text c="dimmed">
          <Trans>
            Undefined so far: no pair was judged by two annotators. It appears for each question as
            soon as a second annotator judges pairs of the first one.
          </Trans>
        </Text>
      </>
    );
  }
  return (
    <>
      <Title order={2}>
        <Trans>Agreement</Trans>
      </Title>
      <div className={styles["tableScroll"]}>
        <Table>
          <Table.Thead>
            <Table.Tr>
              <Table.Th>{t`Question`}</Table.Th>
              <Table.Th>{t`Pairs with two or more`}</Table.Th>
              {SHOWN.map((id) => (
                <Table.Th key={id}>{names[id]}</Table.Th>
              ))}
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {agreement.map(({ question, figures, items }) => (
              <Table.Tr key={question}>
                <Table.Th scope="row">{nameOf(question)}</Table.Th>
                <Table.Td>{formatNumber(items, i18n.locale)}</Table.Td>
                {items === 0 ? (
                  <Table.Td colSpan={SHOWN.length}>
                    <Figure figure={figures[0]} />
                  </Table.Td>
                ) : (
                  SHOWN.map((id) => (
                    <Table.Td key={id}>
                      <Figure figure={figures.find((figure) => figure.id === id)} />
                    </Table.Td>
                  ))
                )}
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </div>
      <Text size="sm" c="dimmed">
        <Trans>
          Percentage: share of annotator pairs that agree. κ, α and AC1 subtract the agreement that
          chance would give: Cohen&apos;s κ as the mean over pairs of annotators, Fleiss&apos; κ and
          α from everybody&apos;s answers, AC1 with a chance term that stays calm when one answer is
          rare. 1 is perfect, 0 is chance. Brackets: 95 % bootstrap interval over pairs (300
          resamples, seed 1). First showings only; α of Q3–Q9 is ordinal, of the label nominal.
        </Trans>
      </Text>
    </>
  );
}
