import { expect, test } from "vitest";
import type { JudgedEvent } from "@/domain/labeling/events";
import { createProject, syntheticCreatives } from "../new-project";
import { syntheticProject } from "../synthetic-project";
import { creativesToSave, forkedDecisions, mergeProjects } from "./merge";
import { eventsOf } from "./project-data";

const here = createProject({
  id: "p",
  title: "P",
  createdAt: "2026-01-01T00:00:00.000Z",
  annotators: [{ id: "ann", name: "Ann" }],
});

test("annotators and protocol editions of a copy are added once", () => {
  const edition = { ...here.protocols[0]!, version: 2, minNoteLength: 5 };
  const copy = {
    ...here,
    annotators: [...here.annotators, { id: "bo", name: "Bo" }],
    protocols: [...here.protocols, edition],
  };
  const once = mergeProjects(here, copy, "f");
  expect(once).toMatchObject({ isChanged: true, issues: [] });
  expect(once.project.annotators.map(({ id }) => id)).toEqual(["ann", "bo"]);
  expect(once.project.protocols.map(({ version }) => version)).toEqual([1, 2]);
  const twice = mergeProjects(once.project, copy, "f");
  expect(twice).toEqual({ project: once.project, isChanged: false, issues: [] });
});

test("what both have and tell differently is said, and stays as it is here", () => {
  const copy = {
    ...here,
    annotators: [{ id: "ann", name: "Anna" }],
    protocols: [{ ...here.protocols[0]!, minNoteLength: 9 }],
  };
  const { project, isChanged, issues } = mergeProjects(here, copy, "f.zip");
  expect(project).toEqual(here);
  expect(isChanged).toBe(false);
  expect(issues.map(({ reason }) => reason).join()).toMatch(/"Anna" there.*protocol version 1/u);
});

test("an image that is missing here comes with the copy; nothing else of the creative changes", () => {
  const [one, two] = syntheticCreatives(1, 2);
  const image = { kind: "stored", path: "x.png" } as const;
  const known = { ...one!, factors: { text_area: 1 } };
  expect(creativesToSave([known], [{ ...one!, image }, two!])).toEqual([{ ...known, image }, two]);
  expect(creativesToSave([{ ...one!, image }, two!], [one!, two!])).toEqual([]);
});

test("one showing decided in two copies is found; a corrected or undone one is not", () => {
  const data = syntheticProject({ judgements: 4, seed: 1, annotators: 1 });
  const [first] = eventsOf(data) as JudgedEvent[];
  const later: JudgedEvent = { ...first!, id: "02" };
  expect(forkedDecisions(eventsOf(data))).toEqual([]);
  expect(forkedDecisions([...eventsOf(data), later])).toEqual([later]);
  expect(forkedDecisions([...eventsOf(data), { ...later, supersedes: first!.id }])).toEqual([]);
  const { schema, project, annotator, at } = first!;
  const undone = { schema, project, annotator, at, id: "015", kind: "undone", target: first!.id };
  expect(forkedDecisions([...eventsOf(data), undone as never, later])).toEqual([]);
});
