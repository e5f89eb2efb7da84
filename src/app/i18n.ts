import { setupI18n, type I18n, type Messages } from "@lingui/core";

/** The interface's languages. */
export const LOCALES = ["en", "zh-Hans"] as const;
export type Locale = (typeof LOCALES)[number];

export const LOCALE_NAMES = { en: "English", "zh-Hans": "简体中文" } as const satisfies Record<
  Locale,
  string
>;

const catalogues = import.meta.glob<{ messages: Messages }>("../*/locales/*/messages.po");

export function isLocale(value: unknown): value is Locale {
  return LOCALES.some((locale) => locale === value);
}

/** The first of the visitor's languages that the interface speaks; English otherwise. */
export function detectLocale(languages: readonly string[]): Locale {
  for (const language of languages) {
    const primary = language.toLowerCase().split("-")[0];
    if (primary === "zh") return "zh-Hans";
    if (primary === "en") return "en";
  }
  return "en";
}

/** Loads every feature's catalogue of one language and makes it the active one. */
export async function activateLocale(i18n: I18n, locale: Locale): Promise<void> {
  const loaders = Object.entries(catalogues).filter(([path]) => path.includes(`/${locale}/`));
  const parts = await Promise.all(loaders.map(([, load]) => load()));
  const messages: Messages = Object.assign({}, ...parts.map((part) => part.messages));
  i18n.loadAndActivate({ locale, messages });
  document.documentElement.lang = locale;
}

/** An i18n with nothing loaded yet. */
export function createI18n(): I18n {
  return setupI18n();
}
