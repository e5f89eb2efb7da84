import { currentProtocol } from "@/domain/labeling/records";
import type { ExportItem, ProjectData } from "./project-data";

export interface DataCardNumbers {
  /** Krippendorff's alpha of the label, as text with interval, or why it is undefined. */
  readonly agreement: string;
  readonly exportedAt: string;
  /** Front matter of a Hugging Face dataset card goes before the text. */
  readonly isHuggingFace: boolean;
}

function yamlText(text: string): string {
  return JSON.stringify(text);
}

function frontMatter(data: ProjectData): string {
  const licence = data.project.licence === "" ? "unknown" : data.project.licence;
  return [
    "---",
    `pretty_name: ${yamlText(data.project.title)}`,
    `license: ${yamlText(licence.toLowerCase())}`,
    "task_categories:",
    "  - image-classification",
    "configs:",
    "  - config_name: default",
    "    data_files:",
    "      - split: train",
    "        path: train/**",
    "      - split: test",
    "        path: test/**",
    "---",
    "",
  ].join("\n");
}

/** What goes with every export: counts, agreement, annotators, protocol, licence, known limits. */
export function dataCard(
  data: ProjectData,
  items: readonly ExportItem[],
  numbers: DataCardNumbers,
): string {
  const { project, state } = data;
  const first = items.filter(({ judgement }) => judgement.event.repeat === 0);
  const byLabel = (label: string) =>
    first.filter(({ judgement }) => judgement.label === label).length;
  const seen = items.filter(({ judgement }) => judgement.event.shown.suggestion === "before");
  const protocol = currentProtocol(project);
  const asked = protocol.questions.filter(({ asked: isAsked }) => isAsked);
  const people = Map.groupBy(items, ({ annotator }) => annotator);
  const lines = [
    `# ${project.title.replaceAll("\n", " ")}`,
    "",
    "Comparisons of two advertising creatives of one product, made with Perigee.",
    "",
    `- Exported: ${numbers.exportedAt}`,
    `- Licence of the judgements: ${project.licence === "" ? "not stated" : project.licence}`,
    `- Products: ${data.products.size}; creatives: ${data.creatives.size}; pairs: ${data.pairs.length}`,
    `- Judgements in force: ${first.length} (A ${byLabel("A")}, B ${byLabel("B")}, not comparable ${byLabel("none")}), plus ${items.length - first.length} repeats with the sides exchanged`,
    `- Events in the log: ${state.events.size}; adjudicated pairs: ${state.adjudications.size}; flagged pairs: ${state.flags.size}`,
    `- Agreement on the label: ${numbers.agreement}`,
    `- Judgements made with a suggestion on screen: ${seen.length}`,
    "",
    "## Annotators",
    "",
    ...[...people].map(
      ([name, list]) => `- ${name.replaceAll("\n", " ")}: ${list.length} judgements`,
    ),
    "",
    `## Protocol, version ${protocol.version}`,
    "",
    ...asked.map(({ id, text }) => `- ${id.toUpperCase()}: ${text.en}`),
    "",
    "## How the pairs were made",
    "",
    `Rule: ${project.rule.strategy}; seed ${project.seed}; overlap ${project.overlap}; repeats with exchanged sides ${Math.round(project.repeatShare * 100)} %. Sides were random and balanced per annotator. The split is by product.`,
    "",
    "## Known limits",
    "",
    "- A label says which creative an annotator expects to be clicked more often; it is not a measured click-through rate.",
    "- Training formats leave out pairs closed as not comparable and repeats; they hold every pair in both display orders.",
    "- The questions follow the Creative Evaluation Protocol as reported second-hand; the wording is Perigee's or the project's.",
    "",
  ];
  return (numbers.isHuggingFace ? frontMatter(data) : "") + lines.join("\n");
}
