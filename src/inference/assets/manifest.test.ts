import { expect, test } from "vitest";
import { manifestSchema, parseJsonFile, qualityOf } from "./manifest";

const MANIFEST = {
  id: "creative4u-nano",
  revision: "r2",
  task: "selector",
  name: "Nano",
  architecture: "Idefics3ForConditionalGeneration",
  files: {},
};
const parse = (more: object) =>
  parseJsonFile("manifest.json", JSON.stringify({ ...MANIFEST, ...more }), manifestSchema);

test("measured quality is read as it stands, and what was not measured stays absent", () => {
  const quality = { accuracy_of_ceiling: 0.83, flip_rate: 0.06, faithfulness: 0.71, set: "test" };
  expect(qualityOf(parse({ quality }))).toEqual({
    accuracyOfCeiling: 0.83,
    flipRate: 0.06,
    faithfulness: 0.71,
    set: "test",
  });
  expect(qualityOf(parse({ quality: { faithfulness: 0 } }))).toEqual({ faithfulness: 0 });
  expect(qualityOf(parse({}))).toBeUndefined();
});

test.each([
  ["faithfulness", 71],
  ["flip_rate", -0.1],
  ["accuracy_of_ceiling", "0.8"],
])("a quality whose %s is %j is refused by name", (field, value) => {
  expect(() => parse({ quality: { [field]: value } })).toThrow(
    new RegExp(`manifest\\.json.*${field}`, "su"),
  );
});
