import { Trans, useLingui } from "@lingui/react/macro";
import { VisuallyHidden } from "@mantine/core";
import { formatPercent } from "@/shared/ui/format";
import { SideMark } from "@/shared/ui/side-mark";
import { HEAT_STOPS, heatMaximum, heatRegions, imageArea, type HeatMaps } from "../logic/heat";
import styles from "./heat-legend.module.css";

const GRADIENT = `linear-gradient(to right, ${HEAT_STOPS.map(
  ([red, green, blue]) => `rgb(${red} ${green} ${blue})`,
).join(", ")})`;

interface Sized {
  readonly width: number;
  readonly height: number;
}

function RegionTable({
  maps,
  a,
  b,
}: {
  readonly maps: HeatMaps;
  readonly a: Sized;
  readonly b: Sized;
}) {
  const { i18n, t } = useLingui();
  const fit = maps.fit ?? "squash";
  const regionsA = heatRegions(maps.mapA, maps.grid, imageArea(fit, a.width, a.height));
  const regionsB = heatRegions(maps.mapB, maps.grid, imageArea(fit, b.width, b.height));
  const rowNames = [t`top`, t`middle`, t`bottom`];
  const columnNames = [t`left`, t`centre`, t`right`];
  return (
    <table>
      <caption>
        <Trans>Share of the attention by region</Trans>
      </caption>
      <thead>
        <tr>
          <th scope="col">
            <Trans>Region</Trans>
          </th>
          <th scope="col">A</th>
          <th scope="col">B</th>
        </tr>
      </thead>
      <tbody>
        {regionsA.map((region, index) => {
          const other = regionsB[index];
          return (
            <tr key={`${region.row}-${region.column}`}>
              <th scope="row">
                {rowNames[region.row]} {columnNames[region.column]}
              </th>
              <td>{formatPercent(region.share, i18n.locale, 1)}</td>
              <td>{formatPercent(other?.share ?? 0, i18n.locale, 1)}</td>
            </tr>
          );
        })}
      </tbody>
    </table>
  );
}

/** The common scale, the share on each side, and the same as a table for readers of text. */
export function HeatLegend({
  maps,
  question,
  a,
  b,
}: {
  readonly maps: HeatMaps;
  readonly question: string;
  readonly a: Sized;
  readonly b: Sized;
}) {
  const { i18n, t } = useLingui();
  const maximum = formatPercent(heatMaximum(maps), i18n.locale, 1);
  const shareA = formatPercent(maps.shareA, i18n.locale);
  const shareB = formatPercent(maps.shareB, i18n.locale);
  return (
    <section className={styles["legend"]} aria-label={t`Where the model looked: ${question}`}>
      <span className={styles["what"]}>
        <Trans>Where the model looked while writing about “{question}”</Trans>
      </span>
      <span className={styles["shares"]}>
        <SideMark side="A" /> {shareA} <SideMark side="B" /> {shareB}
      </span>
      <span className={styles["scale"]}>
        0
        <span className={styles["ramp"]} style={{ backgroundImage: GRADIENT }} />
        <Trans>{maximum} per cell, one scale for both</Trans>
      </span>
      <VisuallyHidden>
        <RegionTable maps={maps} a={a} b={b} />
      </VisuallyHidden>
    </section>
  );
}
