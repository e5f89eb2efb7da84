import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { readDemo } from "@/domain/benchmark/presets/demo";
import { demoWordInChinese } from "./demo-words";

const lines = readFileSync("public/data/demo/catalogue.jsonl", "utf8").trim().split("\n");
const products = lines.map((line, i) => ({
  row: i + 1,
  value: JSON.parse(line) as Readonly<Record<string, unknown>>,
}));
const { candidates, levels } = readDemo({ products, queries: [] });

/** The words of one list, e.g. all colours. */
const lists = new Map<string, Set<string>>([["level", new Set(levels)]]);
for (const { classes = [], attributes = {} } of candidates) {
  const named: [string, string][] = classes.map((word, i) => [`class ${i}`, word]);
  for (const [name, values] of Object.entries(attributes)) {
    named.push(["attribute", name], ...values.map((word): [string, string] => [name, word]));
  }
  for (const [list, word] of named) lists.set(list, (lists.get(list) ?? new Set()).add(word));
}

test("every level, category, attribute and value of the demo catalogue has a Chinese name of its own", () => {
  expect(candidates).toHaveLength(640);
  for (const [list, words] of lists) {
    const names = [...words].map(demoWordInChinese);
    const english = names.filter((name) => !/\p{Script=Han}/u.test(name));
    expect({ list, english }).toEqual({ list, english: [] });
    expect([list, new Set(names).size]).toEqual([list, words.size]);
  }
});

test("a word that the catalogue does not have stays as it is", () => {
  expect(["Garden", "constructor", ""].map(demoWordInChinese)).toEqual([
    "Garden",
    "constructor",
    "",
  ]);
});
