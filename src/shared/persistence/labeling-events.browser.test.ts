import type { Dexie } from "dexie";
import { afterEach, beforeEach, expect, test } from "vitest";
import { EVENT_SCHEMA, type JudgedEvent, type LabelEvent } from "@/domain/labeling/events";
import { openDatabase } from "./database";
import { createEventLog, nextId } from "./labeling-events";

let database: Dexie;

beforeEach(() => {
  database = openDatabase(`test-events-${crypto.randomUUID()}`);
});

afterEach(async () => {
  database.close();
  await database.delete();
});

const base = (id: string) => ({
  schema: EVENT_SCHEMA as typeof EVENT_SCHEMA,
  id,
  project: "p",
  annotator: "ann",
  at: "2026-01-01T00:00:00.000Z",
});

function judged(id: string, supersedes: string | null = null, pair = "x"): JudgedEvent {
  return {
    ...base(id),
    kind: "judged",
    pair,
    repeat: 0,
    supersedes,
    shown: {
      left: "l",
      right: "r",
      seed: 1,
      protocolVersion: 1,
      mode: "quick",
      language: "en",
      suggestion: "none",
    },
    answers: { q10: "A" },
    strengths: {},
    reasons: [],
    note: "",
    regions: [],
    startedAt: "2026-01-01T00:00:00.000Z",
    activeMs: 1,
    input: "keyboard",
    edits: 0,
  };
}

test("an appended event is there when another connection reads", async () => {
  await createEventLog(database).append(judged("01A"));
  const other = openDatabase(database.name);
  expect((await createEventLog(other).read("p")).map(({ id }) => id)).toEqual(["01A"]);
  other.close();
});

test("ids rise even when the clock runs backwards", async () => {
  const log = createEventLog(database);
  await log.append(judged("01M"));
  const late = await log.append(judged("01B", null, "y"));
  expect(late.id).toBe("01N");
  expect(nextId("01Z")).toBe("020");
});

test("a second decision of the same task must name the one it replaces", async () => {
  const log = createEventLog(database);
  await log.append(judged("01A"));
  await expect(log.append(judged("01B"))).rejects.toMatchObject({ code: "input-invalid" });
  await log.append(judged("01C", "01A"));
  expect((await log.read("p")).map(({ id }) => id)).toEqual(["01A", "01C"]);
});

test("after an undo the task is free again", async () => {
  const log = createEventLog(database);
  await log.append(judged("01A"));
  await log.append({ ...base("01B"), kind: "undone", target: "01A" });
  await log.append(judged("01C"));
  expect(await log.read("p", "01A")).toHaveLength(2);
});

test("of two simultaneous decisions in two tabs exactly one is kept", async () => {
  const other = openDatabase(database.name);
  const results = await Promise.allSettled([
    createEventLog(database).append(judged("01A")),
    createEventLog(other).append(judged("01B")),
  ]);
  expect(results.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
  expect(await createEventLog(database).read("p")).toHaveLength(1);
  other.close();
});

test("merging is idempotent and reports events that differ", async () => {
  const log = createEventLog(database);
  const events: LabelEvent[] = [judged("01A"), judged("01B", null, "y")];
  expect(await log.merge(events)).toEqual({ added: 2, known: 0, conflicts: [] });
  expect(await log.merge(events)).toEqual({ added: 0, known: 2, conflicts: [] });
  const forged = { ...judged("01A"), note: "changed" };
  expect(await log.merge([forged])).toEqual({ added: 0, known: 1, conflicts: ["01A"] });
  expect((await log.read("p"))[0]).toMatchObject({ note: "" });
});

test("a merge that is stopped keeps its whole steps, and doing it again adds the rest", async () => {
  const log = createEventLog(database);
  const events = Array.from({ length: 2001 }, (_, at) =>
    judged(`01${String(at).padStart(6, "0")}`, null, `pair-${at}`),
  );
  const stopped = log.merge(events, (done) => {
    if (done > 0) throw new DOMException("Cancelled", "AbortError");
  });
  await expect(stopped).rejects.toMatchObject({ name: "AbortError" });
  expect(await log.read("p")).toHaveLength(2000);
  expect(await log.merge(events)).toEqual({ added: 1, known: 2000, conflicts: [] });
  expect(await log.read("p")).toEqual(events);
});

test("another tab hears of an append", async () => {
  const other = openDatabase(database.name);
  const heard = new Promise<string>((resolve) => {
    createEventLog(other).onAppend("p", resolve);
  });
  await createEventLog(database).append(judged("01A"));
  await expect(heard).resolves.toBe("append");
  other.close();
});
