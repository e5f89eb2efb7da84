import { Trans, useLingui } from "@lingui/react/macro";
import { formatPercent } from "@/shared/ui/format";
import { SideMark } from "@/shared/ui/side-mark";
import styles from "./assist.module.css";

export type SuggestionView =
  | { readonly kind: "working" }
  | { readonly kind: "failed"; readonly why: string }
  | {
      readonly kind: "ready";
      /** For the pair on screen, or the one just judged. */
      readonly about: "this" | "last";
      readonly probabilityLeft: number;
      readonly ordersAgree: boolean;
      readonly modelName: string;
      /** The annotator's own label of that pair. */
      readonly own?: "A" | "B" | "none";
    };

/** What the selector says, marked as a prediction, with both orders. */
export function SuggestionStrip({ view }: { readonly view: SuggestionView }) {
  const { i18n } = useLingui();
  if (view.kind === "working") {
    return (
      <output className={styles["strip"]}>
        <Trans>The selector is reading the pair.</Trans>
      </output>
    );
  }
  if (view.kind === "failed") {
    return (
      <output className={styles["strip"]}>
        <Trans>No suggestion: {view.why}</Trans>
      </output>
    );
  }
  const side = view.probabilityLeft >= 0.5 ? "A" : "B";
  const share = formatPercent(
    side === "A" ? view.probabilityLeft : 1 - view.probabilityLeft,
    i18n.locale,
  );
  return (
    <output className={styles["strip"]}>
      <span>
        {view.about === "last" ? <Trans>On the pair before:</Trans> : <Trans>Suggestion:</Trans>}
      </span>{" "}
      <SideMark side={side} />{" "}
      <span>
        <Trans>
          would be clicked more often, {share} ({view.modelName})
        </Trans>
      </span>{" "}
      {!view.ordersAgree && (
        <span>
          <Trans>The two display orders disagree.</Trans>
        </span>
      )}{" "}
      {view.own !== undefined && view.own !== "none" && (
        <span>
          {view.own === side ? (
            <Trans>You said the same.</Trans>
          ) : (
            <Trans>You said {view.own}.</Trans>
          )}
        </span>
      )}
    </output>
  );
}
