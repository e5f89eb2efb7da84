import { Trans, useLingui } from "@lingui/react/macro";
import { CloseButton, Select, TextInput } from "@mantine/core";
import type { Ref } from "react";
import { Keys } from "@/shared/ui/keys";
import type { JudgeAction, JudgeContext, JudgeDraft } from "../../logic/judge-draft";
import type { Command, Keymap } from "../../logic/keymap";
import { useTextLanguage } from "../use-text-language";
import styles from "./reasons-bar.module.css";

/** Reasons as chips with digits, boxes drawn on the images, and a note. */
export function ReasonsBar({
  draft,
  context,
  keymap,
  dispatch,
  noteRef,
}: {
  readonly draft: JudgeDraft;
  readonly context: JudgeContext;
  readonly keymap: Keymap;
  readonly dispatch: (action: JudgeAction) => void;
  readonly noteRef: Ref<HTMLInputElement>;
}) {
  const { t } = useLingui();
  const { textOf } = useTextLanguage();
  const { reasons, minNoteLength } = context.protocol;

  return (
    <section className={styles["bar"]} aria-label={t`Reasons`}>
      <div className={styles["chips"]}>
        {reasons.map((reason, at) => {
          const keys = at < 10 ? keymap[`reason-${at + 1}` as Command] : null;
          return (
            <button
              key={reason.id}
              type="button"
              className={styles["chip"]}
              data-enter="confirm"
              aria-pressed={draft.reasons.includes(reason.id)}
              onClick={() => dispatch({ type: "reason", id: reason.id })}
            >
              {keys !== null && <Keys keys={keys} />}
              {textOf(reason.label)}
            </button>
          );
        })}
      </div>
      {draft.regions.length > 0 && (
        <ul className={styles["regions"]}>
          {draft.regions.map((region, at) => (
            <li key={`${region.on}-${region.box.join()}`} className={styles["region"]}>
              <span>
                {at + 1} · {region.on === "left" ? "A" : "B"}
              </span>
              <Select
                size="xs"
                aria-label={t`Reason of box ${at + 1}`}
                placeholder={t`reason`}
                clearable
                value={region.reason ?? null}
                data={reasons.map(({ id, label }) => ({ value: id, label: textOf(label) }))}
                onChange={(value) =>
                  dispatch({ type: "region-reason", at, reason: value ?? undefined })
                }
              />
              <CloseButton
                size="sm"
                aria-label={t`Remove box ${at + 1}`}
                onClick={() => dispatch({ type: "remove-region", at })}
              />
            </li>
          ))}
        </ul>
      )}
      <TextInput
        ref={noteRef}
        size="sm"
        value={draft.note}
        maxLength={10_000}
        autoComplete="off"
        aria-label={t`Note`}
        placeholder={
          minNoteLength > 0 ? t`Why? At least ${minNoteLength} characters` : t`Note (optional)`
        }
        rightSection={keymap.note === null ? undefined : <Keys keys={keymap.note} />}
        onChange={(event) => dispatch({ type: "note", text: event.currentTarget.value })}
        onKeyDown={(event) => {
          if (event.key === "Escape") event.currentTarget.blur();
        }}
      />
      {draft.note !== "" && (
        <p className="visually-hidden">
          <Trans>Ctrl+Enter confirms from here; Escape leaves the note.</Trans>
        </p>
      )}
    </section>
  );
}
