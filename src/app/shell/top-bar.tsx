import { useLingui } from "@lingui/react/macro";
import { ActionIcon, Button, Tooltip } from "@mantine/core";
import { IconKeyboard, IconSearch } from "@tabler/icons-react";
import { Link } from "@tanstack/react-router";
import { Keys } from "@/shared/ui/keys";
import type { Services } from "../services";
import { DeviceBadge } from "./device-badge";
import { LanguageSwitch } from "./language-switch";
import { SchemeSwitch } from "./scheme-switch";
import styles from "./shell.module.css";

/** Brand, the current project or data set, the device, and what holds everywhere. */
export function TopBar({
  services,
  onShowKeyboard,
  onFindCommand,
}: {
  readonly services: Services;
  readonly onShowKeyboard: () => void;
  readonly onFindCommand: () => void;
}) {
  const { t } = useLingui();
  return (
    <header className={styles["topbar"]}>
      <Link to="/compare" className={styles["brand"]}>
        <img src="/favicon.svg" alt="" />
        <span className={styles["brandName"]}>Perigee</span>
      </Link>
      <div className={styles["slot"]} />
      <div className={styles["tools"]}>
        <DeviceBadge client={services.client} />
        <Button
          className={styles["search"]}
          variant="subtle"
          color="gray"
          size="compact-md"
          leftSection={<IconSearch size={16} aria-hidden="true" />}
          rightSection={<Keys keys="mod+k" />}
          visibleFrom="md"
          onClick={onFindCommand}
        >
          {t`Commands`}
        </Button>
        <Tooltip label={t`Keyboard`}>
          <ActionIcon
            variant="subtle"
            color="gray"
            size="lg"
            visibleFrom="md"
            aria-label={t`Keyboard`}
            onClick={onShowKeyboard}
          >
            <IconKeyboard size={20} stroke={1.6} />
          </ActionIcon>
        </Tooltip>
        <LanguageSwitch preferences={services.preferences} />
        <SchemeSwitch />
      </div>
    </header>
  );
}
