import { useLingui } from "@lingui/react/macro";
import { ActionIcon, Menu } from "@mantine/core";
import { IconLanguage } from "@tabler/icons-react";
import type { Preferences } from "@/shared/persistence/preferences";
import { activateLocale, LOCALE_NAMES, LOCALES, isLocale, type Locale } from "../i18n";

/** Chooses the interface's language and keeps the choice. */
export function useChooseLocale(preferences: Preferences): (locale: Locale) => void {
  const { i18n } = useLingui();
  return (locale) => {
    preferences.write("locale", locale);
    void activateLocale(i18n, locale);
  };
}

export function LanguageSwitch({ preferences }: { readonly preferences: Preferences }) {
  const { i18n, t } = useLingui();
  const choose = useChooseLocale(preferences);
  return (
    <Menu position="bottom-end" withinPortal>
      <Menu.Target>
        <ActionIcon variant="subtle" color="gray" size="lg" aria-label={t`Language`}>
          <IconLanguage size={20} stroke={1.6} />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.RadioGroup
          value={i18n.locale}
          onChange={(value) => {
            if (isLocale(value)) choose(value);
          }}
        >
          {LOCALES.map((locale) => (
            <Menu.RadioItem key={locale} lang={locale} value={locale} closeMenuOnClick>
              {LOCALE_NAMES[locale]}
            </Menu.RadioItem>
          ))}
        </Menu.RadioGroup>
      </Menu.Dropdown>
    </Menu>
  );
}
