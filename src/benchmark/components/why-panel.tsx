import { Trans, useLingui } from "@lingui/react/macro";
import { Drawer, Stack, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useEffect, useRef } from "react";
import { viewsOf, type BenchmarkEntry, type Direction, type View } from "@/domain/benchmark/task";
import type { InferenceClient } from "@/inference/client/inference-client";
import type { EncodeItem, ModelRef, SimilarityAverages } from "@/inference/protocol/messages";
import { ErrorNotice } from "@/shared/ui/notice";
import { TaskProgress } from "@/shared/ui/task-progress";
import type { DataFiles } from "../logic/read-data-set";
import styles from "./benchmark.module.css";
import { ItemImage } from "./item-image";

async function toItem(entry: BenchmarkEntry, view: View, files: DataFiles): Promise<EncodeItem> {
  const image =
    view === "t" || entry.image === undefined ? undefined : await files.open(entry.image);
  return {
    ...(image === undefined ? {} : { image }),
    ...(view === "i" || entry.text === undefined ? {} : { text: entry.text }),
  };
}

/** Patches that raise the similarity, from clear to full accent; those that lower it stay clear. */
function HeatCanvas({
  patches,
  grid,
}: {
  readonly patches: Float32Array;
  readonly grid: readonly [number, number];
}) {
  const canvas = useRef<HTMLCanvasElement>(null);
  useEffect(() => {
    const context = canvas.current?.getContext("2d");
    if (context === null || context === undefined) return;
    const [rows, columns] = grid;
    const image = context.createImageData(columns, rows);
    const most = patches.reduce((max, value) => Math.max(max, value), 1e-12);
    for (const [i, value] of patches.entries()) {
      image.data.set([255, 80, 0, Math.round(255 * Math.max(0, value / most))], i * 4);
    }
    context.putImageData(image, 0, 0);
  }, [patches, grid]);
  return <canvas ref={canvas} width={grid[1]} height={grid[0]} aria-hidden="true" />;
}

function Side({
  title,
  entry,
  files,
  patches,
  words,
  grid,
}: {
  readonly title: string;
  readonly entry: BenchmarkEntry;
  readonly files: DataFiles;
  readonly patches: Float32Array | undefined;
  readonly words: readonly { readonly text: string; readonly weight: number }[] | undefined;
  readonly grid: readonly [number, number];
}) {
  const most = Math.max(1e-12, ...(words ?? []).map(({ weight }) => Math.abs(weight)));
  return (
    <section>
      <Text fw={600}>{title}</Text>
      {patches !== undefined && entry.image !== undefined && (
        <div className={styles["stack"]}>
          <ItemImage files={files} image={entry.image} alt="" className={styles["image"]} />
          <HeatCanvas patches={patches} grid={grid} />
        </div>
      )}
      {words !== undefined && (
        <ul className={styles["words"]}>
          {words.map(({ text, weight }, i) => (
            <li key={i} data-level={Math.max(0, Math.ceil((4 * weight) / most))}>
              {text}{" "}
              <small>
                {weight > 0 ? "+" : "−"}
                {((100 * Math.abs(weight)) / most).toFixed(0)}
              </small>
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}

export interface WhyPanelProps {
  readonly client: InferenceClient;
  readonly model: ModelRef | undefined;
  readonly direction: Direction;
  readonly query: BenchmarkEntry;
  readonly candidate: BenchmarkEntry | undefined;
  readonly files: DataFiles;
  /** Of the run's queries and candidates: shares then say what sets this pair apart. */
  readonly averages: () => SimilarityAverages;
  readonly onClose: () => void;
}

/** Which patches and words carry the similarity of a query and a candidate. */
export function WhyPanel(props: WhyPanelProps) {
  const { client, model, direction, query, candidate, files, averages, onClose } = props;
  const { t } = useLingui();
  const views = viewsOf(direction);
  const why = useQuery({
    queryKey: ["benchmark", "why", model, direction, query.id, candidate?.id],
    enabled: model !== undefined && candidate !== undefined,
    queryFn: async ({ signal }) =>
      await client.call(
        "explain/similarity",
        {
          model: { id: model!.id, revision: model!.revision },
          query: await toItem(query, views.query, files),
          candidate: await toItem(candidate!, views.candidate, files),
          averages: averages(),
        },
        { signal, priority: "interactive" },
      ),
  });
  return (
    <Drawer
      opened={candidate !== undefined}
      onClose={onClose}
      position="right"
      title={t`Why this result`}
      closeButtonProps={{ "aria-label": t`Close` }}
    >
      <Stack>
        {model === undefined && (
          <Text>
            <Trans>
              Only models can be taken apart: baselines and imported vectors have no patches or
              words.
            </Trans>
          </Text>
        )}
        {why.isLoading && <TaskProgress label={t`Taking the similarity apart`} />}
        {why.isError && <ErrorNotice error={why.error} />}
        {why.isSuccess && candidate !== undefined && (
          <>
            <Text>
              <Trans>Similarity {why.data.similarity.toFixed(3)}</Trans>
              {why.data.queryToAverage !== undefined && (
                <>
                  {" "}
                  <Trans>
                    (query to the average candidate: {why.data.queryToAverage.toFixed(3)})
                  </Trans>
                </>
              )}
            </Text>
            <Side
              title={t`Query`}
              entry={query}
              files={files}
              patches={why.data.queryPatches}
              words={why.data.queryWords}
              grid={why.data.grid}
            />
            <Side
              title={t`Result`}
              entry={candidate}
              files={files}
              patches={why.data.candidatePatches}
              words={why.data.candidateWords}
              grid={why.data.grid}
            />
            <Text size="sm" c="dimmed">
              <Trans>
                With mean pooling the vector is a sum over patches and words, so each one’s share is
                exact: what it adds to this similarity, less what it adds to the similarity with the
                average item of the other side. Stronger colour: larger share; shares below zero are
                not coloured. Words: percent of the largest share. A model with shuffled weights
                gives maps that have nothing in common with these (tested).
              </Trans>
            </Text>
          </>
        )}
      </Stack>
    </Drawer>
  );
}
