import { Trans, useLingui } from "@lingui/react/macro";
import { Button, Select, Table, Text, Title } from "@mantine/core";
import { useRef, useState } from "react";
import { useStore } from "zustand";
import { formatNumber } from "@/shared/ui/format";
import { Notice } from "@/shared/ui/notice";
import { TaskProgress } from "@/shared/ui/task-progress";
import type { RankingOutcome } from "../../logic/report-tasks";
import { rankOverall } from "../../logic/ranking";
import { measureCreatives } from "../../queries/measure-creatives";
import type { ProjectViewProps } from "../labeling-context";
import { useTextLanguage } from "../use-text-language";
import { BeforeJudging } from "./before-judging";
import { ReportState } from "./report-state";
import { Thumbnail } from "./thumbnail";
import { useReport } from "./use-report";
import { Whisker } from "./whisker";
import styles from "../labeling-page.module.css";

/** Stands for all products in the list of them; imports leave no control character in an id. */
const OVERALL = "\u0000";
/** Rows of the table at most. */
const SHOWN = 200;

/** Strengths of a product's creatives with their intervals; live while labelling. */
export function RankingView(props: ProjectViewProps) {
  const { handle, images, onNavigate } = props;
  const { t, i18n } = useLingui();
  const { titleOf } = useTextLanguage();
  const { creatives, products, project } = useStore(handle.store);
  const live = useReport(props, "ranking");
  const [product, setProduct] = useState<string>();

  if (live.report === undefined) {
    return (
      <section className={styles["section"]}>
        <ReportState live={live} />
      </section>
    );
  }
  const report = live.report.ranking;
  if (report.products.length === 0) {
    return (
      <BeforeJudging
        title={t`No ranking yet`}
        onStart={() => onNavigate({ project: project.id, view: "judge" })}
      >
        <Trans>The ranking begins with the first judgement.</Trans>
      </BeforeJudging>
    );
  }
  const isOverall = product === OVERALL;
  const current =
    report.products.find((candidate) => candidate.product === product) ?? report.products[0]!;
  const rows = isOverall
    ? rankOverall(report)
    : current.creatives.map((one) => ({ ...one, product: current.product }));
  const titleOfId = (id: string) => {
    const known = products.get(id);
    return known === undefined ? id : titleOf(known);
  };
  const show = (value: number, digits = 2) => formatNumber(value, i18n.locale, digits);
  const extent = Math.max(
    1,
    ...rows
      .slice(0, SHOWN)
      .flatMap(({ strength }) =>
        [strength.low, strength.high].filter(Number.isFinite).map(Math.abs),
      ),
  );
  return (
    <section className={styles["section"]}>
      <ReportState live={live} />
      <Select
        label={t`Product`}
        searchable
        allowDeselect={false}
        value={isOverall ? OVERALL : current.product}
        onChange={(value) => setProduct(value ?? undefined)}
        data={[
          { value: OVERALL, label: `${t`All products`} (${report.judgements})` },
          ...report.products.map(({ product: id, judgements }) => ({
            value: id,
            label: `${titleOfId(id)} (${judgements})`,
          })),
        ]}
      />
      {!isOverall && !current.isConnected && (
        <Notice tone="warn">
          <Trans>
            The judgements do not connect all creatives of this product; strengths compare only
            within a connected group.
          </Trans>
        </Notice>
      )}
      <div className={styles["tableScroll"]}>
        <Table verticalSpacing="xs">
          <Table.Thead>
            <Table.Tr>
              <Table.Th>{isOverall ? t`Place in its product` : t`Place`}</Table.Th>
              <Table.Th>{t`Creative`}</Table.Th>
              {isOverall && <Table.Th>{t`Product`}</Table.Th>}
              <Table.Th>{t`Strength, 95% interval`}</Table.Th>
              <Table.Th>{t`Won`}</Table.Th>
              <Table.Th>{t`Lost`}</Table.Th>
              <Table.Th>{t`Not comparable`}</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {rows
              .slice(0, SHOWN)
              .map(({ creative, product: of, strength, range, wins, losses, ties }) => (
                <Table.Tr key={creative}>
                  <Table.Td>
                    {range.best === range.worst ? range.rank : `${range.best}–${range.worst}`}
                  </Table.Td>
                  <Table.Td>
                    <Thumbnail images={images} creative={creatives.get(creative)} />
                  </Table.Td>
                  {isOverall && <Table.Td miw={160}>{titleOfId(of)}</Table.Td>}
                  <Table.Td className={styles["oneLine"] ?? ""}>
                    <Whisker
                      value={strength.value}
                      low={strength.low}
                      high={strength.high}
                      extent={extent}
                    />
                    <span className="tabular">
                      {show(strength.value)}{" "}
                      <Text span size="xs" c="dimmed">
                        {Number.isFinite(strength.low)
                          ? `[${show(strength.low)}, ${show(strength.high)}]`
                          : t`not yet compared enough`}
                      </Text>
                    </span>
                  </Table.Td>
                  <Table.Td>{wins}</Table.Td>
                  <Table.Td>{losses}</Table.Td>
                  <Table.Td>{ties}</Table.Td>
                </Table.Tr>
              ))}
          </Table.Tbody>
        </Table>
      </div>
      {rows.length > SHOWN && (
        <Text size="sm">
          <Trans>
            The {show(SHOWN, 0)} strongest of {show(rows.length, 0)} are shown.
          </Trans>
        </Text>
      )}
      {isOverall && (
        <Text size="sm" c="dimmed">
          <Trans>
            Each strength is relative to the average of its own product: pairs lie within products,
            so nothing is known of how products compare.
          </Trans>
        </Text>
      )}
      <Text size="sm" c="dimmed">
        <Trans>
          Strength: Bradley-Terry log strength, mean 0 within a connected group; one more means odds
          of 2.7 to 1. Pairs closed as not comparable count as ties (Davidson). A place such as 1–3
          says that the intervals leave these places open.
        </Trans>{" "}
        {report.usesPrior && (
          <Trans>
            A weak prior keeps strengths finite, because some creatives only won or only lost.
          </Trans>
        )}
      </Text>
      {report.sideBias !== null && (
        <Text>
          <Trans>
            Side bias: {show(report.sideBias.value)} [{show(report.sideBias.low)},{" "}
            {show(report.sideBias.high)}] log odds for the left creative, p ={" "}
            {show(report.sideBias.pValue, 3)}.
          </Trans>
        </Text>
      )}
      <Covariates {...props} outcome={live.report} />
    </section>
  );
}

function Covariates({
  handle,
  images,
  outcome,
}: ProjectViewProps & { readonly outcome: RankingOutcome }) {
  const { t, i18n } = useLingui();
  const [progress, setProgress] = useState<{ done: number; total: number }>();
  const abort = useRef<AbortController>(undefined);
  const { judged: ids, covariates: report } = outcome;
  const show = (value: number) => formatNumber(value, i18n.locale, 2);
  const labels: Readonly<Record<string, string>> = {
    brightness: t`Brightness`,
    contrast: t`Contrast`,
    colourfulness: t`Colourfulness`,
    busyness: t`Edges and text`,
  };

  async function measure() {
    const controller = new AbortController();
    abort.current = controller;
    setProgress({ done: 0, total: ids.length });
    await measureCreatives(handle, images, ids, controller.signal, (done, total) =>
      setProgress({ done, total }),
    ).finally(() => setProgress(undefined));
  }

  return (
    <>
      <Title order={2}>
        <Trans>What goes with winning</Trans>
      </Title>
      {report !== undefined && report.estimates.length > 0 && (
        <div className={styles["tableScroll"]}>
          <Table>
            <Table.Thead>
              <Table.Tr>
                <Table.Th>{t`Property`}</Table.Th>
                <Table.Th>{t`Log odds per standard deviation`}</Table.Th>
                <Table.Th>p</Table.Th>
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {report.estimates.map(({ name, value, low, high, pValue }) => (
                <Table.Tr key={name}>
                  <Table.Th scope="row">{labels[name] ?? name}</Table.Th>
                  <Table.Td>
                    <span className="tabular">
                      {show(value)} [{show(low)}, {show(high)}]
                    </span>
                  </Table.Td>
                  <Table.Td>{formatNumber(pValue, i18n.locale, 3)}</Table.Td>
                </Table.Tr>
              ))}
            </Table.Tbody>
          </Table>
        </div>
      )}
      <Text size="sm" c="dimmed">
        <Trans>
          A Bradley-Terry model in which creatives differ only by these properties: measured from
          the pixels, or recorded with the import. It shows what goes together, not what causes
          clicks.
        </Trans>
      </Text>
      {progress === undefined ? (
        <div>
          <Button variant="default" disabled={ids.length === 0} onClick={() => void measure()}>
            <Trans>Measure the judged images</Trans>
          </Button>
        </div>
      ) : (
        <TaskProgress
          label={t`Measuring the images`}
          done={progress.done}
          total={progress.total}
          unit="items"
          onCancel={() => abort.current?.abort()}
        />
      )}
    </>
  );
}
