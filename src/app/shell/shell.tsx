import { Trans, useLingui } from "@lingui/react/macro";
import { Outlet, useRouteContext, useRouterState } from "@tanstack/react-router";
import { useDisclosure } from "@mantine/hooks";
import { lazy, Suspense, useEffect, useRef, useState } from "react";
import { useShortcuts } from "@/shared/ui/use-shortcuts";
import { Rail } from "./rail";
import { TopBar } from "./top-bar";
import { WORKSPACES } from "./workspaces";
import styles from "./shell.module.css";

/** Fetched when first asked for: most visits open neither. */
const CommandPalette = lazy(() =>
  import("./command-palette").then((module) => ({ default: module.CommandPalette })),
);
const ShortcutSheet = lazy(() =>
  import("@/shared/ui/shortcut-sheet").then((module) => ({ default: module.ShortcutSheet })),
);

/** Names the tab after the workspace and moves the focus to its content after a change of page. */
function usePageChange(): React.RefObject<HTMLElement | null> {
  const { t } = useLingui();
  const main = useRef<HTMLElement>(null);
  const path = useRouterState({ select: (state) => state.location.pathname });
  const previous = useRef(path);
  const workspace = WORKSPACES.find((candidate) => path.startsWith(candidate.path));
  const title = workspace === undefined ? "Perigee" : `${t(workspace.name)} · Perigee`;
  // The document's title and focus are outside React.
  useEffect(() => {
    document.title = title;
    if (previous.current !== path) main.current?.focus({ preventScroll: true });
    previous.current = path;
  }, [path, title]);
  return main;
}

/** The frame of every page: rail, top bar, content, command palette, shortcut sheet. */
export function Shell() {
  const { t } = useLingui();
  const { services } = useRouteContext({ from: "__root__" });
  const [isCollapsed, setCollapsed] = useState(services.preferences.read("rail") === "icons");
  const [isSheetOpen, sheet] = useDisclosure(false);
  const [paletteOpenings, setPaletteOpenings] = useState(0);
  const [isSheetWanted, setSheetWanted] = useState(false);
  const main = usePageChange();

  function openPalette() {
    setPaletteOpenings((count) => count + 1);
  }

  function openSheet() {
    setSheetWanted(true);
    sheet.open();
  }

  useShortcuts(t`Everywhere`, [
    { keys: "?", label: t`Show the keyboard`, run: openSheet },
    {
      keys: "mod+k",
      label: t`Find a command`,
      run: openPalette,
      worksInFields: true,
    },
  ]);

  function toggleRail() {
    services.preferences.write("rail", isCollapsed ? "names" : "icons");
    setCollapsed(!isCollapsed);
  }

  return (
    <div className={styles["shell"]} data-collapsed={isCollapsed}>
      <a className={styles["skip"]} href="#content">
        <Trans>Skip to the content</Trans>
      </a>
      <TopBar services={services} onShowKeyboard={openSheet} onFindCommand={openPalette} />
      <Rail isCollapsed={isCollapsed} onToggle={toggleRail} />
      <main id="content" className={styles["main"]} ref={main} tabIndex={-1}>
        <Outlet />
      </main>
      <Suspense>
        {paletteOpenings > 0 && (
          <CommandPalette preferences={services.preferences} opening={paletteOpenings} />
        )}
        {isSheetWanted && <ShortcutSheet opened={isSheetOpen} onClose={sheet.close} />}
      </Suspense>
    </div>
  );
}
