import fc from "fast-check";
import { expect, test } from "vitest";
import { parseCompareSearch } from "./search-params";

test("title, queries and example come back", () => {
  const search = { title: "Trail shoe", queries: ["running", "rain"], example: "shoes" };
  expect(parseCompareSearch(search)).toEqual(search);
});

test("one query given as text, or a number, is understood", () => {
  expect(parseCompareSearch({ queries: "boots" })).toEqual({ queries: ["boots"] });
  expect(parseCompareSearch({ title: 501 })).toEqual({ title: "501" });
});

test("anything at all is survived, and reading twice changes nothing", () => {
  fc.assert(
    fc.property(
      fc.dictionary(fc.constantFrom("title", "queries", "example", "x"), fc.anything()),
      (raw) => {
        const once = parseCompareSearch(raw);
        expect(parseCompareSearch({ ...once })).toEqual(once);
        expect((once.queries ?? []).length).toBeLessThanOrEqual(10);
      },
    ),
  );
});
