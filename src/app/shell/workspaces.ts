import type { MessageDescriptor } from "@lingui/core";
import { msg } from "@lingui/core/macro";
import { IconArrowsDiff, IconTags, IconCube, IconDatabase, type Icon } from "@tabler/icons-react";

export interface Workspace {
  readonly path: "/compare" | "/label" | "/models" | "/data";
  readonly name: MessageDescriptor;
  readonly icon: Icon;
  /** Work first, housekeeping below the gap. */
  readonly group: "work" | "house";
}

/** The workspaces of the rail, in order. */
export const WORKSPACES: readonly Workspace[] = [
  { path: "/compare", name: msg`Compare`, icon: IconArrowsDiff, group: "work" },
  { path: "/label", name: msg`Label`, icon: IconTags, group: "work" },
  { path: "/models", name: msg`Models`, icon: IconCube, group: "house" },
  { path: "/data", name: msg`Data`, icon: IconDatabase, group: "house" },
];
