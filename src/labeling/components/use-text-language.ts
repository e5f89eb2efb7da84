import { useLingui } from "@lingui/react/macro";
import type { BilingualText } from "@/domain/labeling/protocol-definition";
import type { LabelingProduct } from "@/domain/labeling/records";

/** Which of a project's two languages the interface shows. */
export function useTextLanguage(): {
  readonly language: "en" | "zh";
  readonly textOf: (text: BilingualText) => string;
  readonly titleOf: (product: LabelingProduct) => string;
} {
  const { i18n } = useLingui();
  const language = i18n.locale.startsWith("zh") ? "zh" : "en";
  return {
    language,
    textOf: (text) => text[language] || text.en || text.zh,
    titleOf: (product) => (language === "zh" && product.titleZh) || product.title,
  };
}
