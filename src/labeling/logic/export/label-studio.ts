import { currentProtocol } from "@/domain/labeling/records";
import {
  asShown,
  carriedText,
  imagePath,
  shownLabel,
  type ExportItem,
  type ProjectData,
} from "./project-data";
import { withMember } from "./jsonl";
import type { Piece } from "./pieces";
import type { LabelStudioAnnotation, LabelStudioResult, LabelStudioTask } from "./row-schemas";

const pairwise = (selected: "left" | "right") => ({
  from_name: "pairwise" as const,
  to_name: "image1,image2" as const,
  type: "pairwise" as const,
  value: { selected },
});

/** Label Studio has no tie in `Pairwise`: the verdict stands beside it as a choice. */
function annotationOf(item: ExportItem): LabelStudioAnnotation {
  const { judgement, annotator } = item;
  const { event } = judgement;
  const shown = shownLabel(judgement);
  const verdict = shown === "none" ? "not_comparable" : `${shown}_${judgement.strength}`;
  const choices = (name: "verdict" | "reasons", values: string[]): LabelStudioResult => ({
    from_name: name,
    to_name: "image1",
    type: "choices",
    value: { choices: values },
  });
  const text: LabelStudioResult = {
    from_name: "rationale",
    to_name: "image1",
    type: "textarea",
    value: { text: [event.note] },
  };
  const boxes = event.regions.map(({ on, box, reason }): LabelStudioResult => ({
    from_name: on === "left" ? "box1" : "box2",
    to_name: on === "left" ? "image1" : "image2",
    type: "rectanglelabels",
    value: {
      x: box[0] * 100,
      y: box[1] * 100,
      width: box[2] * 100,
      height: box[3] * 100,
      rotation: 0,
      rectanglelabels: [reason ?? "region"],
    },
  }));
  return {
    completed_by: { email: annotator },
    was_cancelled: false,
    lead_time: event.activeMs / 1000,
    result: [
      ...(shown === "none" ? [] : [pairwise(shown)]),
      choices("verdict", [verdict]),
      ...(event.reasons.length === 0 ? [] : [choices("reasons", event.reasons)]),
      ...(event.note === "" ? [] : [text]),
      ...boxes,
    ],
  };
}

/**
 * One task per showing, left and right as the annotator saw them, and the configuration.
 *
 * @yields the files piece by piece.
 */
export function* labelStudioPieces(
  data: ProjectData,
  items: Iterable<ExportItem>,
): Generator<Piece> {
  const path = "label-studio.json";
  let id = 0;
  yield [path, "["];
  for (const item of items) {
    id++;
    yield [path, `${id === 1 ? "" : ","}${taskText(item, id)}`];
  }
  yield [path, "]"];
  yield ["label-studio.xml", labelStudioConfig(data)];
}

function taskText(item: ExportItem, id: number): string {
  const { judgement, product, a, b } = item;
  const [left, right] = asShown(judgement, a, b);
  const task: Omit<LabelStudioTask, "meta"> = {
    id,
    data: {
      image1: imagePath(left),
      image2: imagePath(right),
      product_id: product.id,
      title: product.title,
      query: product.queries.join(" | "),
      queries: [...product.queries],
      pair_id: judgement.pair.id,
      split: judgement.pair.split,
    },
    annotations: [annotationOf(item)],
    predictions:
      judgement.event.suggestion === undefined
        ? []
        : [
            {
              model_version: judgement.event.suggestion.revision,
              score: judgement.event.suggestion.probabilityLeft,
              result: [
                pairwise(judgement.event.suggestion.probabilityLeft >= 0.5 ? "left" : "right"),
              ],
            },
          ],
  };
  return withMember(JSON.stringify(task), "meta", `{"perigee":${carriedText(judgement)}}`);
}

function xml(text: string): string {
  const entities: Record<string, string> = {
    "&": "&amp;",
    "<": "&lt;",
    ">": "&gt;",
    '"': "&quot;",
  };
  return text.replace(/[&<>"]/gu, (mark) => entities[mark]!);
}

/** Labelling configuration that shows the exported tasks. */
function labelStudioConfig(data: ProjectData): string {
  const { reasons } = currentProtocol(data.project);
  const reasonChoices = reasons.map(
    ({ id, label }) =>
      `    <Choice value="${xml(id)}" alias="${xml(id)}" hint="${xml(label.en)}"/>`,
  );
  const labels = reasons.map(({ id }) => `    <Label value="${xml(id)}"/>`);
  return `<View>
  <Header value="$title"/>
  <Text name="query" value="$query"/>
  <Pairwise name="pairwise" toName="image1,image2"/>
  <Image name="image1" value="$image1"/>
  <Image name="image2" value="$image2"/>
  <RectangleLabels name="box1" toName="image1">
    <Label value="region"/>
${labels.join("\n")}
  </RectangleLabels>
  <RectangleLabels name="box2" toName="image2">
    <Label value="region"/>
${labels.join("\n")}
  </RectangleLabels>
  <Choices name="verdict" toName="image1" choice="single">
    <Choice value="left_2"/>
    <Choice value="left_1"/>
    <Choice value="right_1"/>
    <Choice value="right_2"/>
    <Choice value="not_comparable"/>
  </Choices>
  <Choices name="reasons" toName="image1" choice="multiple">
${reasonChoices.join("\n")}
  </Choices>
  <TextArea name="rationale" toName="image1"/>
</View>
`;
}
