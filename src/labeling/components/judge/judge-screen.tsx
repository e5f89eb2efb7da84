import { Trans, useLingui } from "@lingui/react/macro";
import { Button, Group, Stack, TextInput } from "@mantine/core";
import { IconColumns2, IconPhotoPlus } from "@tabler/icons-react";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useState, type FormEvent } from "react";
import { useStore } from "zustand";
import type { Annotator } from "@/domain/labeling/records";
import { parseKeySettings } from "../../logic/keymap";
import { annotatorKey, KEY_SETTINGS } from "../../logic/export/backup";
import { formatNumber } from "@/shared/ui/format";
import { EmptyState } from "@/shared/ui/empty-state";
import { TaskProgress } from "@/shared/ui/task-progress";
import { useQueueGain, useSuggestions, useSuggestionView } from "../assist/use-assist";
import type { ProjectViewProps } from "../labeling-context";
import { useTextLanguage } from "../use-text-language";
import { JudgeView } from "./judge-view";
import { useJudgeController } from "./use-judge-controller";

/** Asks who labels; the name stays in this browser and goes into each judgement. */
function WhoLabels({
  known,
  onChoose,
  onName,
}: {
  readonly known: readonly Annotator[];
  readonly onChoose: (id: string) => void;
  readonly onName: (name: string) => void;
}) {
  const { t } = useLingui();
  const [name, setName] = useState("");
  function submit(event: FormEvent) {
    event.preventDefault();
    if (name.trim() !== "") onName(name.trim());
  }
  return (
    <EmptyState title={<Trans>Who is labelling?</Trans>}>
      <form onSubmit={submit}>
        <p>
          <Trans>
            Judgements carry this name, so that agreement between people can be measured. It stays
            in this browser until you export.
          </Trans>
        </p>
        <Group justify="center">
          <TextInput
            aria-label={t`Your name`}
            placeholder={t`Your name`}
            value={name}
            maxLength={120}
            onChange={(event) => setName(event.currentTarget.value)}
          />
          <Button type="submit" disabled={name.trim() === ""}>
            <Trans>Start</Trans>
          </Button>
        </Group>
      </form>
      {known.length > 0 && (
        <Stack mt="md" gap={8}>
          <Trans>Or go on as somebody who has labelled here:</Trans>
          <Group justify="center" gap={8}>
            {known.map((person) => (
              <Button key={person.id} variant="default" onClick={() => onChoose(person.id)}>
                {person.name}
              </Button>
            ))}
          </Group>
        </Stack>
      )}
    </EmptyState>
  );
}

/** A project that has nothing to judge yet: says what is there and what comes next. */
function NoPairs({ handle, onNavigate }: ProjectViewProps) {
  const { i18n } = useLingui();
  const { project, creatives, products } = useStore(handle.store);
  const number = (value: number) => formatNumber(value, i18n.locale);
  const go = (view: "import" | "pairs") => () => onNavigate({ view, project: project.id });
  if (creatives.size === 0) {
    return (
      <EmptyState
        title={<Trans>This project has no creatives yet</Trans>}
        icon={<IconPhotoPlus size={40} stroke={1.5} />}
        actions={
          <Button onClick={go("import")}>
            <Trans>Import creatives</Trans>
          </Button>
        }
      >
        <Trans>
          Import images with their products first: a folder, a zip or a table. Pairs are built from
          them in the next step.
        </Trans>
      </EmptyState>
    );
  }
  return (
    <EmptyState
      title={<Trans>There are no pairs yet</Trans>}
      icon={<IconColumns2 size={40} stroke={1.5} />}
      actions={
        <>
          <Button onClick={go("pairs")}>
            <Trans>Build pairs</Trans>
          </Button>
          <Button variant="default" onClick={go("import")}>
            <Trans>Import more</Trans>
          </Button>
        </>
      }
    >
      <Trans>
        {number(creatives.size)} creatives of {number(products.size)} products are here. Pairs are
        built from the creatives of each product, by a rule you choose.
      </Trans>
    </EmptyState>
  );
}

/** Chooses the annotator, then shows the judging screen. */
export function JudgeScreen(props: ProjectViewProps) {
  const { handle, repository, newId } = props;
  const project = useStore(handle.store, (state) => state.project);
  const pairCount = useStore(handle.store, (state) => state.pairs.length);
  const queryClient = useQueryClient();
  const [isAsking, setAsking] = useState(false);
  const settingKey = annotatorKey(project.id);
  const stored = useQuery({
    queryKey: [settingKey],
    queryFn: async () => ({ id: await repository.setting(settingKey) }),
  });
  const keys = useQuery({
    queryKey: [KEY_SETTINGS],
    queryFn: async () => parseKeySettings(await repository.setting(KEY_SETTINGS)),
  });

  async function choose(id: string) {
    await repository.saveSetting(settingKey, id);
    queryClient.setQueryData([settingKey], { id });
    setAsking(false);
  }
  async function addAnnotator(name: string) {
    let id = newId();
    await handle.changeProject((current) => {
      const known = current.annotators.find((annotator) => annotator.name === name);
      if (known === undefined)
        return { ...current, annotators: [...current.annotators, { id, name }] };
      id = known.id;
      return current;
    });
    await choose(id);
  }

  if (pairCount === 0) return <NoPairs {...props} />;
  if (stored.data === undefined || keys.data === undefined) {
    return <TaskProgress label={<Trans>Opening your place in the project</Trans>} />;
  }
  // A project from a file brings its annotators: who sits here is asked, never guessed.
  const annotator = project.annotators.find(({ id }) => id === stored.data.id);
  if (annotator === undefined || isAsking) {
    return (
      <WhoLabels
        known={project.annotators}
        onChoose={(id) => void choose(id)}
        onName={(name) => void addAnnotator(name)}
      />
    );
  }
  return (
    <JudgeFor
      {...props}
      key={annotator.id}
      annotator={annotator.id}
      keys={keys.data}
      onAnnotator={(id) => void choose(id)}
      onSomebodyElse={() => setAsking(true)}
    />
  );
}

function JudgeFor(
  props: ProjectViewProps & {
    readonly annotator: string;
    readonly keys: ReturnType<typeof parseKeySettings>;
    readonly onAnnotator: (id: string) => void;
    readonly onSomebodyElse: () => void;
  },
) {
  const { handle, images, clock, newId, annotator, search } = props;
  const { language } = useTextLanguage();
  const projectMode = useStore(handle.store, (state) => state.project.mode);
  const [mode, setMode] = useState(projectMode);
  const suggestions = useSuggestions(props);
  const gain = useQueueGain(props);
  const controller = useJudgeController({
    handle,
    images,
    annotator,
    mode,
    language,
    clock,
    newId,
    pairId: search.pair,
    gain: gain === "loading" ? undefined : gain,
    suggestionFor: suggestions.shownFor,
  });
  const suggestion = useSuggestionView(props, suggestions, controller);
  if (controller === undefined || gain === "loading") {
    return <TaskProgress label={<Trans>Opening your place in the project</Trans>} />;
  }
  return <JudgeView {...props} controller={controller} onMode={setMode} suggestion={suggestion} />;
}
