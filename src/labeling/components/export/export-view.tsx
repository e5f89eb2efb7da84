import { Trans, useLingui } from "@lingui/react/macro";
import { Button, Checkbox, Group, Radio, Stack, Text } from "@mantine/core";
import { useRef, useState } from "react";
import { useStore } from "zustand";
import { withTimeLeft, type StepProgress } from "@/shared/lib/time-left";
import { formatDuration, formatNumber } from "@/shared/ui/format";
import { ErrorNotice, Notice } from "@/shared/ui/notice";
import { saveFile } from "@/shared/ui/save-file";
import { TaskProgress } from "@/shared/ui/task-progress";
import { FORMAT_IDS, type FormatId } from "../../logic/export/formats";
import { collectImages } from "../../queries/collect-images";
import type { ProjectViewProps } from "../labeling-context";
import styles from "../labeling-page.module.css";

function useFormatTexts(): Readonly<Record<FormatId, readonly [name: string, about: string]>> {
  const { t } = useLingui();
  return {
    native: [t`Perigee project`, t`everything with the whole event log; restores and merges`],
    rows: [t`Decisions, JSONL`, t`one row per judgement, with what was shown`],
    csv: [t`Decisions, CSV`, t`the same as a flat table`],
    parquet: [t`Decisions, Parquet`, t`the flat table; images as bytes when included`],
    "creative-pair": [t`CreativePair JSONL`, t`both display orders, with the selector's text`],
    "hugging-face": [t`Hugging Face imagefolder`, t`metadata.jsonl per split and a dataset card`],
    "label-studio": [t`Label Studio`, t`JSON tasks with annotations, and the XML configuration`],
    trl: ["TRL", t`SFT, GRPO and preference rows, both orders`],
    "ms-swift": ["ms-swift", t`judge rows, and reward rows apart from them`],
    "llama-factory": ["LLaMA-Factory", t`sharegpt rows with the dataset_info stanza`],
    arena: [t`Arena`, t`model_a, model_b, winner per judgement`],
    "crowd-kit": ["Crowd-Kit", t`comparisons as shown and labels per task`],
    "llm-comparator": ["LLM Comparator", t`its JSON, one score per annotator`],
  };
}

/** Exports: choose a format, with or without images, and save one zip. */
export function ExportView(props: ProjectViewProps) {
  const { handle, images, background, clock } = props;
  const { i18n, t } = useLingui();
  const texts = useFormatTexts();
  const data = useStore(handle.store);
  const [format, setFormat] = useState<FormatId>("native");
  const [withImages, setWithImages] = useState(false);
  const [isWriting, setWriting] = useState(false);
  const [progress, setProgress] = useState<StepProgress<"read" | "write">>();
  const [finished, setFinished] = useState<{ ms: number; failures: number }>();
  const [error, setError] = useState<unknown>();
  const abort = useRef<AbortController>(undefined);

  async function run() {
    const controller = new AbortController();
    abort.current = controller;
    setError(undefined);
    setFinished(undefined);
    setProgress(undefined);
    setWriting(true);
    const start = clock.now();
    const told = withTimeLeft<"read" | "write">(() => clock.now(), setProgress);
    const tell = (step: "read" | "write") => (done: number, total: number) =>
      told(step, done, total);
    try {
      const { signal } = controller;
      const blobs = withImages
        ? await collectImages(format, data, images, signal, tell("read"))
        : undefined;
      const result = await background.writeExport(format, blobs, clock.now(), {
        signal,
        onProgress: tell("write"),
      });
      saveFile(result.blob, result.name);
      setFinished({ ms: clock.now() - start, failures: result.missingImages });
    } catch (reason) {
      if (!controller.signal.aborted) setError(reason);
    } finally {
      setWriting(false);
    }
  }

  return (
    <section className={styles["section"]}>
      <Text>
        <Trans>
          {formatNumber(data.state.inForce.size, i18n.locale)} decisions in force,{" "}
          {formatNumber(data.state.events.size, i18n.locale)} events in the log. Every zip also
          holds a data card and the whole project log, so that nothing is lost on the way back.
        </Trans>
      </Text>
      <Radio.Group
        value={format}
        onChange={(value) => setFormat(FORMAT_IDS.find((id) => id === value) ?? "native")}
        label={t`Format`}
      >
        <div className={styles["choices"]}>
          {FORMAT_IDS.map((id) => (
            <Radio key={id} value={id} label={texts[id][0]} description={texts[id][1]} />
          ))}
        </div>
      </Radio.Group>
      <Stack gap={8}>
        <Checkbox
          label={t`With images`}
          checked={withImages}
          onChange={(event) => setWithImages(event.currentTarget.checked)}
        />
        <Group>
          <Button disabled={isWriting} onClick={() => void run()}>
            <Trans>Save</Trans>
          </Button>
        </Group>
      </Stack>
      {isWriting && (
        <TaskProgress
          label={progress?.step === "read" ? t`Reading the images` : t`Writing the export`}
          unit="items"
          {...progress}
          onCancel={() => abort.current?.abort(new DOMException("Cancelled", "AbortError"))}
        />
      )}
      {finished !== undefined && (
        <Notice tone={finished.failures > 0 ? "warn" : "plain"}>
          <Trans>Saved in {formatDuration(finished.ms, i18n.locale)}.</Trans>{" "}
          {finished.failures > 0 && (
            <Trans>
              {formatNumber(finished.failures, i18n.locale)} images could not be read and are left
              out.
            </Trans>
          )}
        </Notice>
      )}
      {error !== undefined && <ErrorNotice error={error} />}
    </section>
  );
}
