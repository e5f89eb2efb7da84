import { Trans, useLingui } from "@lingui/react/macro";
import { NativeSelect } from "@mantine/core";
import { useMemo } from "react";
import type { BenchmarkRun } from "@/domain/benchmark/run-benchmark";
import type { Direction } from "@/domain/benchmark/task";
import type { BenchSearch } from "../logic/search-params";
import { recallBySlice, type SlicePoint } from "../logic/significance";
import { createSlicer } from "../logic/slices";
import styles from "./benchmark.module.css";
import { ScrollRegion } from "./scroll-region";
import { SeriesLegend } from "./series-legend";
import { SliceChart } from "./slice-chart";
import { DIRECTION_NAMES } from "./texts";
import { useSliceNames } from "./use-slice-names";

/** Largest slices drawn; the table has more. */
const DRAWN = 8;
const LISTED = 40;

function Share({ point }: { readonly point: SlicePoint | undefined }) {
  if (point === undefined) return "–";
  const [value, low, high] = [point.value, point.interval.low, point.interval.high].map((share) =>
    (100 * share).toFixed(0),
  );
  return (
    <>
      {value} <small className={styles["none"]}>{`[${low}, ${high}]`}</small>
    </>
  );
}

/** Recall@10 per part of the queries, one mark per encoder. */
export function SlicePanel({
  runs,
  direction,
  nameOf,
  search,
  onSearchChange,
}: {
  readonly runs: readonly BenchmarkRun[];
  readonly nameOf: (id: string) => string;
  readonly direction: Direction;
  readonly search: BenchSearch;
  readonly onSearchChange: (search: BenchSearch) => void;
}) {
  const { t } = useLingui();
  const { task } = runs[0]!;
  const { kindName, valueName } = useSliceNames(task);
  const slicer = useMemo(() => createSlicer(task), [task]);
  const kind = slicer.kinds.find((name) => name === search.by) ?? slicer.kinds[0];
  const perRun = useMemo(
    () =>
      kind === undefined
        ? []
        : runs
            .map((run) => ({
              name: nameOf(run.encoder.id),
              points: recallBySlice(run, direction, slicer, kind),
            }))
            .filter(({ points }) => points.length > 0),
    [runs, direction, slicer, kind, nameOf],
  );
  if (kind === undefined) return null;
  const slices = (perRun[0]?.points ?? []).slice(0, LISTED);
  const shown = kindName(kind);
  return (
    <section className={styles["panel"]}>
      <h2>
        <Trans>R@10 by slice, {DIRECTION_NAMES[direction]}</Trans>
      </h2>
      <NativeSelect
        size="xs"
        label={t`Slice by`}
        mb="xs"
        value={kind}
        onChange={({ currentTarget }) => onSearchChange({ ...search, by: currentTarget.value })}
        data={slicer.kinds.map((name) => ({ value: name, label: kindName(name) }))}
      />
      <SeriesLegend names={perRun.map(({ name }) => name)} />
      <SliceChart
        slices={slices.slice(0, DRAWN).map(({ slice }) => slice)}
        nameOf={(slice) => valueName(kind, slice)}
        series={perRun.map(({ name, points }) => ({
          name,
          values: new Map(points.map(({ slice, value }) => [slice, value])),
        }))}
      />
      <ScrollRegion className={styles["scroll"]} label={shown}>
        <table className={styles["table"]}>
          <thead>
            <tr>
              <th scope="col">{shown}</th>
              <th scope="col">n</th>
              {perRun.map(({ name }) => (
                <th key={name} scope="col">
                  {name}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {slices.map(({ slice, n }) => (
              <tr key={slice}>
                <th scope="row">{valueName(kind, slice)}</th>
                <td>{n}</td>
                {perRun.map(({ name, points }) => (
                  <td key={name}>
                    <Share point={points.find((point) => point.slice === slice)} />
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </ScrollRegion>
      <p className={styles["none"]}>
        <Trans>
          Percent with Wilson’s 95% interval. A query without a category or attributes of its own
          has those of its true item.
        </Trans>
      </p>
    </section>
  );
}
