import { useLingui } from "@lingui/react/macro";
import type { Shortcut } from "@/shared/ui/shortcuts-store";
import type { JudgeContext } from "../../logic/judge-draft";
import type { Command, KeySettings } from "../../logic/keymap";
import { isCharacterKey } from "../../logic/keymap";
import type { JudgeState } from "../../store/judge-store";
import { useTextLanguage } from "../use-text-language";

/** Names of the commands, for the key sheet and the settings. */
export function useCommandNames(): Readonly<Partial<Record<Command, string>>> {
  const { t } = useLingui();
  return {
    left: t`Favour the left creative, A (with Shift or twice: strongly)`,
    right: t`Favour the right creative, B (with Shift or twice: strongly)`,
    equal: t`Equal; on the first two questions: no`,
    yes: t`Yes, on the first two questions`,
    no: t`No, on the first two questions`,
    confirm: t`Confirm and show the next pair`,
    previous: t`Previous question`,
    next: t`Next question`,
    undo: t`Undo`,
    redo: t`Redo`,
    skip: t`Skip`,
    flag: t`Flag`,
    note: t`Write a note`,
    box: t`Draw a box`,
    guidelines: t`Guidelines`,
    recent: t`Your last decisions`,
    overlay: t`Lay the creatives over one another`,
    slider: t`Slider between the creatives`,
    zoom: t`Zoom both`,
    "actual-size": t`100 % view`,
  };
}

/** The judging keys for the `?` sheet. */
export function useKeyHelp(settings: KeySettings, context: JudgeContext): readonly Shortcut[] {
  const names = useCommandNames();
  const { textOf } = useTextLanguage();
  const out: Shortcut[] = [];
  for (const [command, keys] of Object.entries(settings.keymap)) {
    if (keys === null || (!settings.singleKeys && isCharacterKey(keys))) continue;
    const reason = command.startsWith("reason-")
      ? context.protocol.reasons[Number(command.slice(7)) - 1]
      : undefined;
    const label = reason === undefined ? names[command as Command] : textOf(reason.label);
    if (label !== undefined) {
      out.push({ keys, label, run: () => undefined, isDocumentedOnly: true });
    }
  }
  return out;
}

/** One line about what just happened or what is still missing. */
export function useMessage(judge: JudgeState): { readonly text: string; readonly tone: string } {
  const { t } = useLingui();
  const { missing, announcement } = judge;
  if (missing !== undefined) {
    const tone = "warn";
    if (missing.kind === "question") {
      const question = missing.question.toUpperCase();
      return { tone, text: t`${question} still needs an answer.` };
    }
    if (missing.kind === "reasons") {
      const wanted = missing.wanted;
      return { tone, text: t`This project asks for at least ${wanted} reasons.` };
    }
    const { length, wanted } = missing;
    return { tone, text: t`The note has ${length} of ${wanted} characters.` };
  }
  switch (announcement) {
    case "saved":
      return { tone: "plain", text: t`Saved` };
    case "skipped":
      return { tone: "plain", text: t`Skipped` };
    case "undone":
      return { tone: "plain", text: t`Undone. Your answers are as they were; change and confirm.` };
    case "redone":
      return { tone: "plain", text: t`Redone` };
    case "flagged":
      return { tone: "plain", text: t`Flag changed` };
    case "nothing-to-undo":
      return { tone: "warn", text: t`There is nothing to undo.` };
    case undefined:
      return { tone: "plain", text: "" };
  }
}
