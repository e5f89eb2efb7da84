import { useLingui } from "@lingui/react/macro";
import type { BilingualText } from "@/domain/labeling/protocol-definition";

/** Which of a project's two languages the interface shows. */
export function useTextLanguage(): {
  readonly language: "en" | "zh";
  readonly textOf: (text: BilingualText) => string;
} {
  const { i18n } = useLingui();
  const language = i18n.locale.startsWith("zh") ? "zh" : "en";
  return { language, textOf: (text) => text[language] || text.en || text.zh };
}
