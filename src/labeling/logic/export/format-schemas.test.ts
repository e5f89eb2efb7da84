import { Ajv2020, type ValidateFunction } from "ajv/dist/2020";
import fc from "fast-check";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { syntheticProject } from "../synthetic-project";
import { FLAT_COLUMNS } from "./decision-rows";
import { formatSchemas } from "./format-schemas";
import { FORMAT_IDS, writeFormat } from "./formats";
import { schemaOfFile } from "./manifest";
import type { ProjectData } from "./project-data";
import { randomProjectData, type Draw } from "./random-project";

const FOLDER = join(import.meta.dirname, "../../../../docs/formats");
const published = async (name: string) =>
  JSON.parse(await readFile(join(FOLDER, `${name}.schema.json`), "utf8")) as object;

const ajv = new Ajv2020({ allErrors: true, allowUnionTypes: true });
const validators = new Map<string, ValidateFunction>();
for (const name of formatSchemas().keys()) {
  validators.set(name, ajv.compile(await published(name)));
}

function valuesOf(path: string, content: string): unknown[] {
  if (path.endsWith(".jsonl")) {
    return content
      .split("\n")
      .filter((line) => line !== "")
      .map((line) => JSON.parse(line) as unknown);
  }
  const value = JSON.parse(content) as unknown;
  return Array.isArray(value) ? value : [value];
}

/** Rows of every JSON file of every format that do not fit the published schema. */
async function misfits(data: ProjectData): Promise<{ rows: number; errors: string[] }> {
  let rows = 0;
  const errors: string[] = [];
  for (const id of FORMAT_IDS) {
    for (const { path, content } of await writeFormat(id, data)) {
      if (typeof content !== "string" || !/\.jsonl?$/u.test(path)) continue;
      const name = schemaOfFile(path);
      const validate = validators.get(name ?? "");
      if (validate === undefined) {
        errors.push(`${path}: has no published schema`);
        continue;
      }
      for (const value of valuesOf(path, content)) {
        rows++;
        if (!validate(value)) errors.push(`${path}: ${ajv.errorsText(validate.errors)}`);
      }
    }
  }
  return { rows, errors };
}

test("the published schemas are those of the code (npm run formats writes them)", async () => {
  const files = (await readdir(FOLDER)).filter((file) => file.endsWith(".schema.json"));
  expect(files.sort()).toEqual([...formatSchemas().keys()].map((n) => `${n}.schema.json`).sort());
  for (const [name, schema] of formatSchemas()) {
    expect(await published(name), `${name}: run npm run formats`).toEqual(
      JSON.parse(JSON.stringify(schema)),
    );
  }
});

test("every row of every format of a realistic project fits its published schema", async () => {
  const { rows, errors } = await misfits(syntheticProject({ judgements: 300, seed: 5 }));
  expect(errors).toEqual([]);
  expect(rows).toBeGreaterThan(300 * 10);
});

function drawFrom(g: fc.GeneratorValue): Draw {
  return {
    integer: (min, max) => g(fc.integer, { min, max }),
    number: (min, max) => g(fc.double, { min, max, noNaN: true }),
    text: () => g(fc.string, { unit: "grapheme", maxLength: 30 }),
  };
}

test("so does every row of any project", async () => {
  await fc.assert(
    fc.asyncProperty(fc.gen(), async (g) => {
      expect((await misfits(randomProjectData(drawFrom(g)))).errors).toEqual([]);
    }),
    { numRuns: 10 },
  );
});

test("a wrong row does not fit", () => {
  expect(validators.get("arena")!({ model_a: "x", model_b: "y", winner: "left" })).toBe(false);
  expect(validators.get("label-event")!({ kind: "judged" })).toBe(false);
});

test("the guide to the formats names every schema and every column", async () => {
  const guide = await readFile(join(FOLDER, "README.md"), "utf8");
  for (const name of formatSchemas().keys()) expect(guide).toContain(`${name}.schema.json`);
  const spelled = FLAT_COLUMNS.filter((column) => !/^q[4-8]$/u.test(column));
  for (const column of spelled) expect(guide).toContain(`\`${column}\``);
  for (const id of FORMAT_IDS) expect(guide).toContain(`\`${id}\``);
});
