import { expect, test, vi } from "vitest";
import { createStore } from "zustand/vanilla";
import type { Background } from "./background";
import { followReport, type LiveReport } from "./follow-report";
import type { ProjectHandle } from "../store/open-project";
import type { Reports } from "../logic/report-tasks";

function setup() {
  const store = createStore(() => ({ revision: 0 }));
  const answers: { resolve: (report: unknown) => void; reject: (error: unknown) => void }[] = [];
  const background = {
    report: () =>
      new Promise((resolve, reject) => {
        answers.push({ resolve, reject });
      }),
  } as unknown as Background;
  const seen: LiveReport<Reports["review"]>[] = [];
  const stop = followReport(
    { background, handle: { store } as unknown as ProjectHandle },
    "review",
    (live) => seen.push(live),
  );
  const change = () => store.setState(({ revision }) => ({ revision: revision + 1 }));
  return { answers, seen, stop, change };
}

test("changes during a computation go into one more, and the state says so", async () => {
  vi.useFakeTimers();
  const { answers, seen, stop, change } = setup();
  change();
  change();
  await vi.advanceTimersByTimeAsync(1000);
  expect(answers).toHaveLength(1);
  answers[0]!.resolve("first");
  await vi.advanceTimersByTimeAsync(1000);
  expect(seen.at(-1)).toMatchObject({ report: "first", isUpdating: true });
  expect(answers).toHaveLength(2);
  answers[1]!.resolve("second");
  await vi.advanceTimersByTimeAsync(1000);
  expect(seen.at(-1)).toEqual({ report: "second", isUpdating: false, error: undefined });
  expect(answers).toHaveLength(2);
  stop();
  vi.useRealTimers();
});

test("an error keeps the last report, and the next change tries again", async () => {
  vi.useFakeTimers();
  const { answers, seen, stop, change } = setup();
  answers[0]!.resolve("first");
  await vi.advanceTimersByTimeAsync(0);
  change();
  expect(seen.at(-1)).toMatchObject({ isUpdating: true });
  await vi.advanceTimersByTimeAsync(1000);
  answers[1]!.reject(new Error("no"));
  await vi.advanceTimersByTimeAsync(0);
  expect(seen.at(-1)).toMatchObject({ report: "first", isUpdating: false, error: new Error("no") });
  change();
  await vi.advanceTimersByTimeAsync(1000);
  answers[2]!.resolve("second");
  await vi.advanceTimersByTimeAsync(0);
  expect(seen.at(-1)).toMatchObject({ report: "second", error: undefined });
  stop();
  change();
  await vi.advanceTimersByTimeAsync(1000);
  expect(answers).toHaveLength(3);
  vi.useRealTimers();
});
