import { Trans, useLingui } from "@lingui/react/macro";
import {
  Button,
  Group,
  NumberInput,
  Select,
  Switch,
  Text,
  Textarea,
  TextInput,
  Title,
} from "@mantine/core";
import { useState } from "react";
import { useStore } from "zustand";
import { currentProtocol, type LabelingProject } from "@/domain/labeling/records";
import { AppError } from "@/shared/lib/errors";
import { ErrorNotice, Notice } from "@/shared/ui/notice";
import { changedClosedEdition, unnamedIn } from "../../logic/edit-protocol";
import { opinionsKey } from "../../logic/model-opinions";
import { preferenceKey } from "../../logic/preference-head";
import type { ProjectViewProps } from "../labeling-context";
import { ExamplesEditor } from "./examples-editor";
import { KeySettingsEditor } from "./key-settings-editor";
import { ProtocolEditor } from "./protocol-editor";
import styles from "../labeling-page.module.css";

/** Everything about a project that can be set. */
export function SettingsView(props: ProjectViewProps) {
  const { handle, repository, onNavigate } = props;
  const { t } = useLingui();
  const stored = useStore(handle.store, (state) => state.project);
  const usedEditions = useStore(handle.store, (state) => state.state.protocolVersions);
  const [project, setProject] = useState<LabelingProject>(stored);
  const [status, setStatus] = useState<"untouched" | "changed" | "saved">("untouched");
  const [confirmTitle, setConfirmTitle] = useState("");
  const [error, setError] = useState<unknown>();

  function change(values: Partial<LabelingProject>) {
    setStatus("changed");
    setProject({ ...project, ...values });
  }
  async function save() {
    setError(undefined);
    try {
      const closed = changedClosedEdition(stored.protocols, project.protocols, usedEditions);
      if (closed !== undefined) {
        throw new AppError(
          "input-invalid",
          `Judgements were made under edition ${closed} of the protocol meanwhile, so it cannot change any more. Reload the settings and begin a new edition.`,
        );
      }
      // Annotators may have been added in another view or tab meanwhile.
      await handle.changeProject(({ annotators }) => ({ ...project, annotators }));
      setStatus("saved");
    } catch (reason) {
      setError(reason);
    }
  }
  async function erase() {
    await repository.removeProject(stored.id);
    // What models said about its creatives goes with it.
    await repository.saveSetting(opinionsKey(stored.id), null);
    await repository.saveSetting(preferenceKey(stored.id), null);
    await props.stored.freeUnused();
    onNavigate({});
  }
  const unnamed = unnamedIn(currentProtocol(project));
  const percent = (value: string | number) => Math.min(1, Math.max(0, Number(value) / 100));

  return (
    <section className={styles["section"]}>
      <div className={styles["form"]}>
        <TextInput
          label={t`Title`}
          value={project.title}
          maxLength={300}
          onChange={(event) => change({ title: event.currentTarget.value })}
        />
        <TextInput
          label={t`Licence of the judgements`}
          description={t`goes into the data card, e.g. CC-BY-4.0`}
          value={project.licence}
          maxLength={300}
          onChange={(event) => change({ licence: event.currentTarget.value })}
        />
        <Select
          label={t`Mode to begin with`}
          allowDeselect={false}
          value={project.mode}
          data={[
            { value: "full", label: t`Full protocol` },
            { value: "quick", label: t`Quick: label and reasons` },
          ]}
          onChange={(value) => change({ mode: value === "quick" ? "quick" : "full" })}
        />
        <Select
          label={t`Order of the pairs`}
          allowDeselect={false}
          value={project.order}
          data={[
            { value: "fixed", label: t`As built` },
            { value: "uncertainty", label: t`Most informative first` },
          ]}
          onChange={(value) => change({ order: value === "uncertainty" ? "uncertainty" : "fixed" })}
        />
        <NumberInput
          label={t`Judgements per pair`}
          description={t`shared out when there are more annotators`}
          min={1}
          max={50}
          value={project.overlap}
          onChange={(value) => change({ overlap: Math.max(1, Math.trunc(Number(value))) })}
        />
        <NumberInput
          label={t`Repeated with sides exchanged`}
          suffix=" %"
          min={0}
          max={100}
          value={Math.round(project.repeatShare * 100)}
          onChange={(value) => change({ repeatShare: percent(value) })}
        />
        <Select
          label={t`Suggestion of the selector`}
          description={t`recorded with every judgement`}
          allowDeselect={false}
          value={project.assist.suggestion}
          data={[
            { value: "off", label: t`Off` },
            { value: "after", label: t`After the annotator's own answer` },
            { value: "before", label: t`Before the answer` },
          ]}
          onChange={(value) =>
            change({
              assist: {
                ...project.assist,
                suggestion: value === "after" || value === "before" ? value : "off",
              },
            })
          }
        />
        <Switch
          label={t`Preference head`}
          description={t`trained under Results; orders the queue`}
          checked={project.assist.preferenceHead}
          onChange={(event) =>
            change({ assist: { ...project.assist, preferenceHead: event.currentTarget.checked } })
          }
        />
        <Textarea
          className={styles["wide"] ?? ""}
          label={t`Guidelines (Markdown)`}
          autosize
          minRows={4}
          maxRows={16}
          maxLength={100_000}
          value={project.guidelines}
          onChange={(event) => change({ guidelines: event.currentTarget.value })}
        />
      </div>
      <ExamplesEditor
        handle={handle}
        images={props.images}
        examples={project.examples ?? []}
        onChange={(examples) => change({ examples })}
      />
      <ProtocolEditor
        project={project}
        isLocked={usedEditions.has(currentProtocol(project).version)}
        now={() => props.clock.now()}
        onChange={(protocols) => change({ protocols })}
      />
      {error !== undefined && <ErrorNotice error={error} />}
      {/* In view while there is something to save: the page is long. */}
      <Group className={styles["saveBar"] ?? ""} data-changed={status === "changed"}>
        <Button
          onClick={() => void save()}
          disabled={project.title.trim() === "" || unnamed.length > 0}
        >
          <Trans>Save the settings</Trans>
        </Button>
        {unnamed.length > 0 && (
          <Text component="output" size="sm">
            <Trans>Still without words: {unnamed.join(", ")}</Trans>
          </Text>
        )}
        {status !== "untouched" && (
          <Text component="output" size="sm">
            {status === "changed" ? <Trans>Not saved yet</Trans> : <Trans>Saved</Trans>}
          </Text>
        )}
      </Group>
      <KeySettingsEditor repository={repository} />
      <Title order={2}>
        <Trans>Erase the project</Trans>
      </Title>
      <Notice tone="warn">
        <Trans>
          This removes the project and its whole log from this browser. Export it first to keep a
          copy; type the title to confirm.
        </Trans>
      </Notice>
      <Group>
        <TextInput
          aria-label={t`Title of the project to erase`}
          placeholder={stored.title}
          value={confirmTitle}
          onChange={(event) => setConfirmTitle(event.currentTarget.value)}
        />
        <Button
          color="red"
          variant="outline"
          disabled={confirmTitle !== stored.title}
          onClick={() => void erase()}
        >
          <Trans>Erase</Trans>
        </Button>
      </Group>
    </section>
  );
}
