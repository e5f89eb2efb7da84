import { Trans, useLingui } from "@lingui/react/macro";
import { Button, FileButton, Group, Text, TextInput, Title } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import { useEffect, useRef, useState } from "react";
import type { InferenceClient } from "@/inference/client/inference-client";
import type { StepProgress } from "@/inference/protocol/messages";
import { ErrorNotice } from "@/shared/ui/notice";
import { useTask } from "@/shared/ui/use-task";
import { StepProgressLine } from "./step-progress";
import styles from "./models-page.module.css";

/** A name that can be a folder: letters, digits, dot, dash and underscore. */
function toModelId(text: string): string {
  return text
    .trim()
    .replaceAll(/[^\w.-]+/g, "-")
    .replaceAll(/^[-.]+|[-.]+$/g, "")
    .slice(0, 80);
}

/** The last folder of an address or path, as a proposal for the name. */
function proposeId(path: string): string {
  const parts = path
    .split(/[/\\]/)
    .filter((part) => part !== "" && part !== "resolve" && part !== "main");
  return toModelId(parts.at(-1) ?? "");
}

function FolderButton({ onFiles }: { readonly onFiles: (files: readonly File[]) => void }) {
  const { t } = useLingui();
  const input = useRef<HTMLInputElement>(null);
  // React has no property for it; the attribute makes the browser ask for a folder.
  useEffect(() => input.current?.setAttribute("webkitdirectory", ""), []);
  return (
    <>
      <input
        ref={input}
        type="file"
        hidden
        aria-label={t`Model folder`}
        onChange={(event) => {
          onFiles([...(event.currentTarget.files ?? [])]);
          event.currentTarget.value = "";
        }}
      />
      <Button variant="default" onClick={() => input.current?.click()}>
        <Trans>Choose a folder</Trans>
      </Button>
    </>
  );
}

/** Brings a model in the Hugging Face layout from a folder, single files or an address. */
export function AddModel({ client }: { readonly client: InferenceClient }) {
  const { t } = useLingui();
  const queryClient = useQueryClient();
  const task = useTask<StepProgress>();
  const [id, setId] = useState("");
  const [url, setUrl] = useState("");

  async function add(source: { files: readonly File[] } | { url: string }, proposed: string) {
    const chosen = toModelId(id) || proposed || "model";
    const isDone = await task.run(async (signal, onEvent) => {
      await client.call("models/add", { id: chosen, ...source }, { signal, onEvent });
      await queryClient.invalidateQueries({ queryKey: ["models", "list"] });
    });
    if (isDone) {
      setId("");
      setUrl("");
    }
  }

  function addFiles(files: readonly File[]) {
    const [first] = files;
    if (first === undefined) return;
    void add({ files }, proposeId(first.webkitRelativePath.split("/")[0] ?? ""));
  }

  return (
    <section className={styles["panel"]}>
      <Title order={2} size="h3">
        <Trans>Add a model</Trans>
      </Title>
      <Text size="sm" c="dimmed">
        <Trans>
          Weights in the Hugging Face layout: config.json, tokenizer.json, preprocessor_config.json
          and *.safetensors. SmolVLM compares creatives; CLIP, SigLIP and Chinese-CLIP encode
          products. They are kept on this device.
        </Trans>
      </Text>
      <TextInput
        label={t`Name`}
        description={t`Left empty, the folder's or address's name is taken`}
        value={id}
        maxLength={80}
        onChange={(event) => setId(event.currentTarget.value)}
      />
      <Group gap="sm">
        <FolderButton onFiles={addFiles} />
        <FileButton multiple onChange={addFiles} inputProps={{ "aria-label": t`Model files` }}>
          {(props) => (
            <Button variant="default" {...props}>
              <Trans>Choose files</Trans>
            </Button>
          )}
        </FileButton>
      </Group>
      <form
        className={styles["urlForm"]}
        onSubmit={(event) => {
          event.preventDefault();
          void add({ url: url.trim() }, proposeId(url));
        }}
      >
        <TextInput
          label={t`Or from an address`}
          placeholder="https://…/resolve/main/"
          type="url"
          value={url}
          onChange={(event) => setUrl(event.currentTarget.value)}
        />
        <Button type="submit" variant="default" disabled={url.trim() === "" || task.isRunning}>
          <Trans>Fetch</Trans>
        </Button>
      </form>
      {task.isRunning && <StepProgressLine progress={task.progress} onCancel={task.cancel} />}
      {task.error !== undefined && <ErrorNotice error={task.error} />}
    </section>
  );
}
