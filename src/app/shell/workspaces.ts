import type { MessageDescriptor } from "@lingui/core";
import { msg } from "@lingui/core/macro";
import {
  IconArrowsDiff,
  IconChartBar,
  IconCube,
  IconDatabase,
  IconPhotoSearch,
  IconTags,
  type Icon,
} from "@tabler/icons-react";

export interface Workspace {
  readonly path: "/compare" | "/label" | "/search" | "/benchmark" | "/models" | "/data";
  readonly name: MessageDescriptor;
  readonly icon: Icon;
  /** Work first, housekeeping below the gap. */
  readonly group: "work" | "house";
}

/** The workspaces of the rail, in order. */
export const WORKSPACES: readonly Workspace[] = [
  { path: "/compare", name: msg`Compare`, icon: IconArrowsDiff, group: "work" },
  { path: "/label", name: msg`Label`, icon: IconTags, group: "work" },
  { path: "/search", name: msg`Search`, icon: IconPhotoSearch, group: "work" },
  { path: "/benchmark", name: msg`Benchmark`, icon: IconChartBar, group: "work" },
  { path: "/models", name: msg`Models`, icon: IconCube, group: "house" },
  { path: "/data", name: msg`Data`, icon: IconDatabase, group: "house" },
];
