import { expect, test } from "vitest";
import { createFakeClient } from "./fake-client";

const MODEL = { id: "m", revision: "1" };

test("answers as scripted, emits events, and records what was asked", async () => {
  const client = createFakeClient({
    "models/card": ({ id }, { turn }) => `${id} ${turn}`,
    "engine/select": (_params, { emit }) => {
      emit({ step: "load", unit: "bytes", done: 5 });
      throw new Error("no engine");
    },
  });
  expect(await client.call("models/card", MODEL)).toBe("m 0");
  expect(await client.call("models/card", MODEL)).toBe("m 1");
  const events: unknown[] = [];
  const selecting = client.call(
    "engine/select",
    { engine: "auto" },
    { onEvent: (event) => events.push(event) },
  );
  await expect(selecting).rejects.toThrow("no engine");
  expect(events).toHaveLength(1);
  expect(client.calls.map(({ name }) => name)).toEqual([
    "models/card",
    "models/card",
    "engine/select",
  ]);
});

test("an unscripted request rejects", async () => {
  await expect(createFakeClient().call("models/list", undefined)).rejects.toThrow(/no answer/);
});

test("cancelling and closing reject at once, even when the answer never comes", async () => {
  const client = createFakeClient({ "models/card": () => new Promise(() => undefined) });
  const abort = new AbortController();
  const cancelled = client.call("models/card", MODEL, { signal: abort.signal });
  const closed = client.call("models/card", MODEL);
  abort.abort(new Error("enough"));
  await expect(cancelled).rejects.toThrow("enough");
  client.dispose();
  await expect(closed).rejects.toMatchObject({ name: "AbortError" });
});
