import { expect, test } from "vitest";
import { systemClock } from "@/shared/lib/system-clock";
import { createIdSource } from "./system";

const clockAt = (times: number[]) => ({
  now: () => times.shift() ?? 0,
  sleep: () => Promise.resolve(),
});
const noRandom = (length: number) => new Uint8Array(length);

test("ids sort by time, and by order within one millisecond or when the clock steps back", () => {
  const next = createIdSource(clockAt([1000, 1000, 1001, 900, 1002]), noRandom);
  const ids = [next(), next(), next(), next(), next()];
  expect([...ids].sort()).toEqual(ids);
  expect(new Set(ids).size).toBe(ids.length);
  expect(ids.every((id) => /^[0-9A-HJKMNP-TV-Z]{26}$/.test(id))).toBe(true);
});

test("a sleep ends early with the signal's reason", async () => {
  const controller = new AbortController();
  const sleeping = systemClock.sleep(60_000, controller.signal);
  controller.abort(new DOMException("stopped", "AbortError"));
  await expect(sleeping).rejects.toThrow("stopped");
});
