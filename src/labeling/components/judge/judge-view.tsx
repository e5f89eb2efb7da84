import { Trans, useLingui } from "@lingui/react/macro";
import { Button } from "@mantine/core";
import { useCallback, useLayoutEffect, useMemo, useRef, useState } from "react";
import { useStore } from "zustand";
import { EmptyState } from "@/shared/ui/empty-state";
import { Keys } from "@/shared/ui/keys";
import { ErrorNotice } from "@/shared/ui/notice";
import { useShortcuts } from "@/shared/ui/use-shortcuts";
import type { Command, KeyHit, KeySettings } from "../../logic/keymap";
import { recentPace } from "../../logic/pace";
import { recentDecisions } from "../../logic/recent-decisions";
import { countTasks } from "../../logic/queue";
import { WHOLE, zoomAbout } from "../../logic/viewport";
import type { JudgeController } from "../../store/judge-store";
import type { ProjectViewProps } from "../labeling-context";
import { SuggestionStrip, type SuggestionView } from "../assist/suggestion-strip";
import { GuidelinesPanel } from "./guidelines-panel";
import { JudgeHeader } from "./judge-header";
import { QuestionPanel } from "./question-panel";
import { RecentPanel } from "./recent-panel";
import { ReasonsBar } from "./reasons-bar";
import { SkipPanel } from "./skip-panel";
import { INITIAL_STAGE, Stage, type StageView } from "./stage";
import { useJudgeKeys } from "./use-judge-keys";
import { useKeyHelp, useMessage } from "./use-judge-texts";
import styles from "./judge-view.module.css";

export interface JudgeViewProps extends ProjectViewProps {
  readonly controller: JudgeController;
  readonly keys: KeySettings;
  readonly onAnnotator: (id: string) => void;
  readonly onSomebodyElse: () => void;
  readonly onMode: (mode: "full" | "quick") => void;
  readonly suggestion: SuggestionView | undefined;
}

type Panel = "skip" | "guidelines" | "recent" | undefined;

/** Decisions offered for a second look. */
const RECENT = 20;

/** The judging screen: two creatives, the protocol, and the keys. */
export function JudgeView(props: JudgeViewProps) {
  const { controller, handle, images, keys } = props;
  const { t } = useLingui();
  const { project, products, creatives, pairsById, state, revision } = useStore(handle.store);
  const judge = useStore(controller.store);
  const [view, setView] = useState<StageView>(INITIAL_STAGE);
  const [panel, setPanel] = useState<Panel>();
  const screen = useRef<HTMLDivElement>(null);
  const note = useRef<HTMLInputElement>(null);
  const { task, draft, tasks } = judge;
  const counts = useMemo(
    () => countTasks({ tasks, state }),
    // The revision stands for the state, which changes in place.
    // oxlint-disable-next-line react/exhaustive-deps
    [tasks, state, revision],
  );
  const changeView = useCallback(
    (change: Partial<StageView>) => setView((before) => ({ ...before, ...change })),
    [],
  );

  // A new pair or mode takes the focus back from the control that brought it, before it is seen: the
  // next key means the pair, where an arrow on the mode's radio buttons would change the mode again.
  useLayoutEffect(() => {
    screen.current?.focus({ preventScroll: true });
  }, [task, controller]);

  const commands: Partial<Record<Command, () => void>> = {
    equal: () => controller.dispatch({ type: "equal" }),
    yes: () => controller.dispatch({ type: "gate", answer: "YES" }),
    no: () => controller.dispatch({ type: "gate", answer: "NO" }),
    confirm: () => void controller.confirm(),
    previous: () => controller.dispatch({ type: "step", by: -1 }),
    next: () => controller.dispatch({ type: "step", by: 1 }),
    undo: () => void controller.undo(),
    redo: () => void controller.redo(),
    skip: () => setPanel("skip"),
    flag: () => void controller.flag(""),
    note: () => note.current?.focus(),
    guidelines: () => setPanel("guidelines"),
    recent: () => setPanel("recent"),
    overlay: () => changeView({ mode: view.mode === "overlay" ? "side" : "overlay" }),
    slider: () => changeView({ mode: view.mode === "slider" ? "side" : "slider" }),
    zoom: () => changeView({ viewport: view.viewport.scale > 1 ? WHOLE : zoomAbout(WHOLE, 2) }),
    "actual-size": () =>
      screen.current?.querySelector<HTMLButtonElement>("[data-tool=actual]")?.click(),
    box: () => changeView({ isDrawing: !view.isDrawing }),
  };
  function run({ command, isStrong }: KeyHit) {
    controller.dispatch({ type: "input", input: "keyboard" });
    if (command === "left" || command === "right") {
      return controller.dispatch({ type: "favour", side: command, isStrong });
    }
    if (!command.startsWith("reason-")) return commands[command]?.();
    const reason = judge.context.protocol.reasons[Number(command.slice("reason-".length)) - 1];
    if (reason !== undefined) controller.dispatch({ type: "reason", id: reason.id });
  }
  useJudgeKeys(keys, panel !== "guidelines" && panel !== "recent", run);
  useShortcuts(t`Judging`, useKeyHelp(keys, judge.context));
  const message = useMessage(judge);

  const recentPanel = (
    <RecentPanel
      opened={panel === "recent"}
      decisions={panel === "recent" ? recentDecisions(state, judge.annotator, RECENT) : []}
      pairsById={pairsById}
      creatives={creatives}
      products={products}
      images={images}
      onClose={() => setPanel(undefined)}
      onRevise={(decision) => {
        setPanel(undefined);
        controller.review(decision.pair, decision.repeat);
      }}
    />
  );
  if (task === undefined || draft === undefined) {
    return (
      <EmptyState
        title={<Trans>Every pair of yours is decided</Trans>}
        actions={
          <>
            <Button onClick={() => props.onNavigate({ view: "results", project: project.id })}>
              <Trans>See the results</Trans>
            </Button>
            <Button variant="default" onClick={() => void controller.undo()}>
              <Trans>Undo the last one</Trans>
            </Button>
            <Button variant="default" onClick={() => setPanel("recent")}>
              <Trans>Look at the last ones again</Trans>
            </Button>
            {recentPanel}
          </>
        }
      >
        <Trans>Everything is saved in this browser. Export it to keep a copy elsewhere.</Trans>
      </EmptyState>
    );
  }

  const [leftId, rightId] = task.isSwapped
    ? [task.pair.b, task.pair.a]
    : [task.pair.a, task.pair.b];
  const product = products.get(task.pair.productId);
  const favoured = draft.answers.q10;
  const keyOf = (command: keyof KeySettings["keymap"]) =>
    keys.keymap[command] === null ? null : keys.keymap[command];

  return (
    <div className={styles["view"]} ref={screen} tabIndex={-1} data-revision={revision}>
      <JudgeHeader
        counts={counts}
        paceMs={recentPace(state, judge.annotator)}
        annotators={project.annotators}
        annotator={judge.annotator}
        onAnnotator={props.onAnnotator}
        onSomebodyElse={props.onSomebodyElse}
        mode={judge.mode}
        onMode={props.onMode}
        product={product}
        isReview={judge.isReview}
        onLeaveReview={controller.leaveReview}
        isFlagged={state.flags.has(task.pair.id)}
      />
      <div className={styles["stage"]}>
        <Stage
          source={images}
          left={creatives.get(leftId)}
          right={creatives.get(rightId)}
          title={product?.title ?? ""}
          view={view}
          onView={changeView}
          regions={draft.regions}
          onRegion={(region) => controller.dispatch({ type: "add-region", region })}
          onChoose={(side, input) => {
            controller.dispatch({ type: "input", input });
            controller.dispatch({ type: "favour", side, isStrong: false });
          }}
          chosen={favoured === undefined ? undefined : favoured === "A" ? "left" : "right"}
          keyOf={keyOf}
        />
      </div>
      <div className={styles["side"]}>
        <QuestionPanel
          draft={draft}
          context={judge.context}
          keymap={keys.keymap}
          dispatch={controller.dispatch}
        />
      </div>
      {project.assist.suggestion !== "off" && (
        <div className={styles["suggestion"]}>
          {props.suggestion !== undefined && <SuggestionStrip view={props.suggestion} />}
        </div>
      )}
      <div className={styles["reasons"]}>
        <ReasonsBar
          draft={draft}
          context={judge.context}
          keymap={keys.keymap}
          dispatch={controller.dispatch}
          noteRef={note}
        />
      </div>
      {judge.error !== undefined && (
        <div className={styles["reasons"]}>
          <ErrorNotice error={judge.error} />
        </div>
      )}
      {panel === "skip" && (
        <div className={styles["reasons"]}>
          <SkipPanel
            onClose={() => {
              setPanel(undefined);
              screen.current?.focus();
            }}
            onSkip={(reason) => {
              setPanel(undefined);
              void controller.skip(reason);
            }}
          />
        </div>
      )}
      <footer className={styles["footer"]}>
        <div className={styles["tools"]}>
          <FooterButton
            label={t`Undo`}
            keys={keyOf("undo")}
            onClick={() => void controller.undo()}
          />
          <FooterButton label={t`Skip`} keys={keyOf("skip")} onClick={() => setPanel("skip")} />
          <FooterButton
            label={state.flags.has(task.pair.id) ? t`Remove flag` : t`Flag`}
            keys={keyOf("flag")}
            onClick={() => void controller.flag("")}
          />
          <FooterButton
            label={t`Guidelines`}
            keys={keyOf("guidelines")}
            onClick={() => setPanel("guidelines")}
          />
          <FooterButton label={t`Last ones`} keys={keyOf("recent")} onClick={commands.recent!} />
        </div>
        <output className={styles["message"]} data-tone={message.tone}>
          {message.text}
        </output>
        <Button
          className={styles["confirm"] ?? ""}
          onClick={() => void controller.confirm()}
          rightSection={<Keys keys={keyOf("confirm") ?? ""} />}
        >
          <Trans>Confirm</Trans>
        </Button>
      </footer>
      <GuidelinesPanel
        opened={panel === "guidelines"}
        onClose={() => setPanel(undefined)}
        text={project.guidelines}
        examples={project.examples ?? []}
        creatives={creatives}
        images={images}
      />
      {recentPanel}
    </div>
  );
}

function FooterButton({
  label,
  keys,
  onClick,
}: {
  readonly label: string;
  readonly keys: string | null;
  readonly onClick: () => void;
}) {
  return (
    <Button
      size="sm"
      variant="default"
      onClick={onClick}
      rightSection={keys === null ? undefined : <Keys keys={keys} />}
    >
      {label}
    </Button>
  );
}
