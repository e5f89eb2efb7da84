/** What a link to /label restores: the project, the view, and the pair looked at. */
export interface LabelingSearch {
  readonly view?: LabelingView;
  readonly project?: string;
  readonly pair?: string;
}

export const LABELING_VIEWS = [
  "projects",
  "judge",
  "pairs",
  "results",
  "ranking",
  "review",
  "import",
  "export",
  "settings",
] as const;
export type LabelingView = (typeof LABELING_VIEWS)[number];

function textOf(value: unknown): string | undefined {
  if (typeof value !== "string" && typeof value !== "number") return undefined;
  const text = String(value);
  return text === "" || text.length > 200 ? undefined : text;
}

/** Reads the search part of a link; whatever is not understood is left out. */
export function parseLabelingSearch(raw: Readonly<Record<string, unknown>>): LabelingSearch {
  const view = LABELING_VIEWS.find((name) => name === raw["view"]);
  const project = textOf(raw["project"]);
  const pair = textOf(raw["pair"]);
  return {
    ...(view === undefined ? {} : { view }),
    ...(project === undefined ? {} : { project }),
    ...(pair === undefined ? {} : { pair }),
  };
}
