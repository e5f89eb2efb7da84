import { useEffect, useState } from "react";
import { followReport, type LiveReport } from "../../background/follow-report";
import type { Reports } from "../../logic/report-tasks";
import type { ProjectViewProps } from "../labeling-context";

/** A report that follows the project as it changes, computed beside the page. */
export function useReport<K extends keyof Reports>(
  { background, handle }: ProjectViewProps,
  name: K,
): LiveReport<Reports[K]> {
  const [live, setLive] = useState<LiveReport<Reports[K]>>({
    report: undefined,
    isUpdating: true,
    error: undefined,
  });
  // The worker and the project's log are external systems.
  useEffect(() => followReport({ background, handle }, name, setLive), [background, handle, name]);
  return live;
}
