import { Kbd } from "@mantine/core";
import { Fragment } from "react";
import { isApplePlatform } from "./platform";
import styles from "./keys.module.css";

const NAMES: Readonly<Record<string, string>> = {
  enter: "⏎",
  escape: "Esc",
  arrowleft: "←",
  arrowright: "→",
  arrowup: "↑",
  arrowdown: "↓",
  " ": "␣",
  pagedown: "PgDn",
  pageup: "PgUp",
};

function nameOf(key: string): string {
  if (key === "mod") return isApplePlatform() ? "⌘" : "Ctrl";
  if (key === "shift") return isApplePlatform() ? "⇧" : "Shift";
  return NAMES[key.toLowerCase()] ?? (key.length === 1 ? key.toUpperCase() : key);
}

/** A small chip that shows a keyboard shortcut, e.g. `<Keys keys="mod+k" />`. */
export function Keys({ keys }: { readonly keys: string }) {
  const parts = keys.split("+").filter((part) => part !== "");
  return (
    <span className={styles["keys"]} aria-hidden="true">
      {parts.map((part, index) => (
        <Fragment key={part}>
          {index > 0 && <span className={styles["plus"]} />}
          <Kbd size="xs" className={styles["key"]}>
            {nameOf(part)}
          </Kbd>
        </Fragment>
      ))}
    </span>
  );
}
