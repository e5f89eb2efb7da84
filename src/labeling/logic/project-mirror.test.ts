import { expect, test } from "vitest";
import { applyEvent, foldEvents } from "@/domain/labeling/label-state";
import { eventsOf, type ProjectData } from "./export/project-data";
import { createMirror, createMirrorFeed, type MirrorPart } from "./project-mirror";
import { REPORTS } from "./report-tasks";
import { syntheticProject } from "./synthetic-project";

function connected() {
  const mirror = createMirror();
  const feed = createMirrorFeed();
  const follow = (data: ProjectData): MirrorPart[] => {
    const parts = [...feed.partsFor(data)];
    // As between threads: the mirror must not share objects with the page.
    for (const part of parts) mirror.take(structuredClone(part));
    return parts;
  };
  return { mirror, feed, follow };
}

const whole = syntheticProject({ judgements: 4500, seed: 7 });

test("a mirror holds what the project holds, and every report is the same from it", () => {
  const { mirror, follow } = connected();
  const parts = follow(whole);
  expect(parts.filter(({ kind }) => kind === "events").length).toBeGreaterThan(2);
  const copy = mirror.read();
  expect(copy.products).toEqual(whole.products);
  expect(copy.pairs).toEqual(whole.pairs);
  expect(copy.state).toEqual(whole.state);
  for (const report of Object.values(REPORTS)) expect(report(copy)).toEqual(report(whole));
});

test("afterwards only what is new comes", () => {
  const events = eventsOf(whole);
  const state = foldEvents(events.slice(0, 100));
  const data = { ...whole, state };
  const { mirror, follow } = connected();
  follow(data);
  for (const event of events.slice(100, 103)) applyEvent(state, event);
  expect(follow(data)).toEqual([{ kind: "events", items: events.slice(100, 103) }]);
  expect(mirror.read().state).toEqual(state);
  const project = { ...data.project, title: "Another" };
  expect(follow({ ...data, project })).toEqual([{ kind: "project", project }]);
});

test("a log folded anew comes whole, also when it has events in between", () => {
  const events = eventsOf(whole).slice(0, 50);
  const { mirror, follow } = connected();
  follow({ ...whole, state: foldEvents(events.filter((_, at) => at % 2 === 0)) });
  const merged = { ...whole, state: foldEvents(events) };
  follow(merged);
  expect(mirror.read().state).toEqual(merged.state);
});

test("a feed that was broken off begins again", () => {
  const { mirror, feed, follow } = connected();
  const broken = feed.partsFor(whole);
  mirror.take(structuredClone(broken.next().value as MirrorPart));
  broken.return(undefined);
  follow(whole);
  expect(mirror.read().state).toEqual(whole.state);
  expect(mirror.read().pairs).toEqual(whole.pairs);
});
