import { useLingui } from "@lingui/react/macro";
import { useMantineColorScheme } from "@mantine/core";
import { Spotlight, createSpotlight, type SpotlightActionData } from "@mantine/spotlight";
import "@mantine/spotlight/styles.css";
import { IconSearch } from "@tabler/icons-react";
import { useNavigate } from "@tanstack/react-router";
import { useEffect } from "react";
import { useStore } from "zustand";
import type { Preferences } from "@/shared/persistence/preferences";
import { Keys } from "@/shared/ui/keys";
import { shortcutsStore } from "@/shared/ui/shortcuts-store";
import { LOCALE_NAMES, LOCALES } from "../i18n";
import { useChooseLocale } from "./language-switch";
import { WORKSPACES } from "./workspaces";

const [paletteStore, palette] = createSpotlight();

function useActions(
  preferences: Preferences,
): readonly { group: string; actions: SpotlightActionData[] }[] {
  const { t } = useLingui();
  const navigate = useNavigate();
  const choose = useChooseLocale(preferences);
  const { setColorScheme } = useMantineColorScheme();
  const groups = useStore(shortcutsStore, (state) => state.groups);
  const onScreen = [...groups].map(([id, group]) => ({
    group: group.title,
    actions: group.shortcuts
      .filter((shortcut) => shortcut.isDocumentedOnly !== true)
      .map((shortcut) => ({
        id: `${id}-${shortcut.keys}`,
        label: shortcut.label,
        rightSection: <Keys keys={shortcut.keys} />,
        onClick: shortcut.run,
      })),
  }));
  return [
    {
      group: t`Go to`,
      actions: WORKSPACES.map((workspace) => ({
        id: workspace.path,
        label: t(workspace.name),
        leftSection: <workspace.icon size={18} stroke={1.6} />,
        onClick: () => void navigate({ to: workspace.path }),
      })),
    },
    ...onScreen,
    {
      group: t`Appearance`,
      actions: [
        { id: "light", label: t`Light colours`, onClick: () => setColorScheme("light") },
        { id: "dark", label: t`Dark colours`, onClick: () => setColorScheme("dark") },
        {
          id: "auto",
          label: t`Colours as the system has them`,
          onClick: () => setColorScheme("auto"),
        },
        ...LOCALES.map((locale) => ({
          id: locale,
          label: LOCALE_NAMES[locale],
          onClick: () => choose(locale),
        })),
      ],
    },
  ];
}

/** Every command by its name. `opening` counts the requests to open it. */
export function CommandPalette({
  preferences,
  opening,
}: {
  readonly preferences: Preferences;
  readonly opening: number;
}) {
  const { t } = useLingui();
  const actions = useActions(preferences);
  // The palette's open state is a store of its own, outside React.
  useEffect(() => {
    if (opening > 0) palette.open();
  }, [opening]);
  return (
    <Spotlight
      store={paletteStore}
      shortcut={null}
      actions={actions.filter((group) => group.actions.length > 0) as never}
      nothingFound={t`No command of this name`}
      highlightQuery
      limit={20}
      searchProps={{
        leftSection: <IconSearch size={18} aria-hidden="true" />,
        placeholder: t`Find a command`,
        "aria-label": t`Find a command`,
      }}
    />
  );
}
