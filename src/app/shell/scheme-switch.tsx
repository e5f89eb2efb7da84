import { useLingui } from "@lingui/react/macro";
import { ActionIcon, Tooltip, useComputedColorScheme, useMantineColorScheme } from "@mantine/core";
import { IconMoon, IconSun } from "@tabler/icons-react";

/** Light or dark; the system's choice until one is made. */
export function SchemeSwitch() {
  const { t } = useLingui();
  const { setColorScheme } = useMantineColorScheme();
  const scheme = useComputedColorScheme("light", { getInitialValueInEffect: false });
  const name = scheme === "dark" ? t`Light colours` : t`Dark colours`;
  return (
    <Tooltip label={name}>
      <ActionIcon
        variant="subtle"
        color="gray"
        size="lg"
        aria-label={name}
        onClick={() => setColorScheme(scheme === "dark" ? "light" : "dark")}
      >
        {scheme === "dark" ? (
          <IconSun size={20} stroke={1.6} />
        ) : (
          <IconMoon size={20} stroke={1.6} />
        )}
      </ActionIcon>
    </Tooltip>
  );
}
