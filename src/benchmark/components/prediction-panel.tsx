import { Trans, useLingui } from "@lingui/react/macro";
import { NativeSelect } from "@mantine/core";
import { useState } from "react";
import type { PredictionResult } from "@/domain/benchmark/classify";
import type { BenchmarkRun } from "@/domain/benchmark/run-benchmark";
import styles from "./benchmark.module.css";
import { ScrollRegion } from "./scroll-region";
import { useDataWord, type DataWord } from "./use-data-word";

const SHOWN_LABELS = 12;

function percent(share: number | null): string {
  return share === null ? "–" : (100 * share).toFixed(1);
}

/** True labels against predicted ones; the commonest labels where there are many. */
function Confusion({
  result,
  word,
}: {
  readonly result: PredictionResult;
  readonly word: DataWord;
}) {
  const { t } = useLingui();
  const { labels, confusion } = result.scores;
  const count = (row: number) => (confusion[row] ?? []).reduce((sum, value) => sum + value, 0);
  const order = labels
    .map((_, i) => i)
    .sort((a, b) => count(b) - count(a) || a - b)
    .slice(0, SHOWN_LABELS);
  return (
    <ScrollRegion className={styles["scroll"]} label={t`Confusion matrix`}>
      <table className={styles["confusion"]}>
        <thead>
          <tr>
            <th scope="col">
              <Trans>true ↓ predicted →</Trans>
            </th>
            {order.map((column) => (
              <th key={column} scope="col">
                {word(labels[column]!)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {order.map((row) => (
            <tr key={row}>
              <th scope="row">{word(labels[row]!)}</th>
              {order.map((column) => {
                const value = confusion[row]?.[column] ?? 0;
                const share = count(row) === 0 ? 0 : value / count(row);
                const level = Math.ceil(4 * share);
                return (
                  <td key={column} data-level={level} data-right={row === column}>
                    {value}
                  </td>
                );
              })}
            </tr>
          ))}
        </tbody>
      </table>
    </ScrollRegion>
  );
}

/** Class and attribute prediction in full: averages and the confusion matrix of one of them. */
export function PredictionPanel({
  runs,
  nameOf,
}: {
  readonly runs: readonly BenchmarkRun[];
  readonly nameOf: (id: string) => string;
}) {
  const { t } = useLingui();
  const [chosen, setChosen] = useState<string>();
  const word = useDataWord(runs[0]?.task);
  const all = runs.flatMap((run) =>
    run.predictions.map((result) => ({
      key: `${run.encoder.id}/${result.kind}/${result.name}/${result.method}`,
      encoder: nameOf(run.encoder.id),
      name: word(result.name),
      result,
    })),
  );
  const [first] = all;
  if (first === undefined) return null;
  const shown = all.find(({ key }) => key === chosen) ?? first;
  const methods = { "label-text": t`label text`, knn: t`5 neighbours` };
  return (
    <section className={styles["panel"]} data-wide>
      <h2>
        <Trans>Classes and attributes</Trans>
      </h2>
      <ScrollRegion className={styles["scrollTall"]} label={t`Classes and attributes`}>
        <table className={styles["table"]}>
          <thead>
            <tr>
              <th scope="col">
                <Trans>Encoder</Trans>
              </th>
              <th scope="col">
                <Trans>Predicted</Trans>
              </th>
              <th scope="col">
                <Trans>By</Trans>
              </th>
              <th scope="col">n</th>
              <th scope="col">
                <Trans>Accuracy (95%)</Trans>
              </th>
              <th scope="col">
                <Trans>Precision, macro</Trans>
              </th>
              <th scope="col">
                <Trans>Recall, macro</Trans>
              </th>
              <th scope="col">
                <Trans>F1 macro / micro / weighted</Trans>
              </th>
            </tr>
          </thead>
          <tbody>
            {all.map(({ key, encoder, name, result }) => {
              const { scores, interval, method } = result;
              return (
                <tr key={key}>
                  <th scope="row">{encoder}</th>
                  <td>{name}</td>
                  <td>{methods[method]}</td>
                  <td>{scores.items}</td>
                  <td>
                    {percent(scores.accuracy)} [{percent(interval?.low ?? null)},{" "}
                    {percent(interval?.high ?? null)}]
                  </td>
                  <td>{percent(scores.macro.precision)}</td>
                  <td>{percent(scores.macro.recall)}</td>
                  <td>
                    {percent(scores.macro.f1)} / {percent(scores.micro.f1)} /{" "}
                    {percent(scores.weighted.f1)}
                  </td>
                </tr>
              );
            })}
          </tbody>
        </table>
      </ScrollRegion>
      <p className={styles["none"]}>
        <Trans>
          By label text: the encoder reads each label as the data set writes it, and the nearest one
          is predicted.
        </Trans>
      </p>
      <NativeSelect
        my="sm"
        size="xs"
        maw={420}
        label={t`Confusion matrix of`}
        value={shown.key}
        onChange={(event) => setChosen(event.currentTarget.value)}
        data={all.map(({ key, encoder, name, result }) => ({
          value: key,
          label: `${encoder} · ${name} · ${methods[result.method]}`,
        }))}
      />
      <Confusion result={shown.result} word={word} />
    </section>
  );
}
