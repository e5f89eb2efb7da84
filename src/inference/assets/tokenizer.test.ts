import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { gunzipSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { createTokenizer } from "./tokenizer";

interface Fixture {
  readonly tokenizers: string;
  readonly lines: readonly string[];
  readonly kinds: Readonly<Record<string, { tokenizer: object; digests: string[] }>>;
  readonly decoded: readonly string[];
}

const path = fileURLToPath(new URL("fixtures/tokenizer-parity.json.gz", import.meta.url));
const fixture = JSON.parse(gunzipSync(readFileSync(path)).toString("utf8")) as Fixture;

function digest(ids: readonly number[]): string {
  return createHash("sha256").update(ids.join(",")).digest("hex").slice(0, 4);
}

describe(`ids equal Python tokenizers ${fixture.tokenizers} on ${fixture.lines.length} lines`, () => {
  test.each(Object.entries(fixture.kinds))("%s", (_name, kind) => {
    const tokenizer = createTokenizer(kind.tokenizer);
    const different = fixture.lines.filter(
      (line, i) => digest(tokenizer.encode(line, { addSpecialTokens: true })) !== kind.digests[i],
    );
    expect(different).toEqual([]);
  });
});

describe("byte-level BPE", () => {
  const kind = fixture.kinds["bpe"]!;
  const tokenizer = createTokenizer(kind.tokenizer);

  test("decoding gives the text of Python's decoder, special tokens included", () => {
    const different = fixture.lines.filter((line, i) => {
      const text = tokenizer.decode(tokenizer.encode(line));
      return digest(Array.from(text, (c) => c.codePointAt(0)!)) !== fixture.decoded[i];
    });
    expect(different).toEqual([]);
  });

  test("special tokens inside text are one id each", () => {
    const ids = tokenizer.encode("Q3 A>B</think><answer>A</answer>");
    for (const token of ["A>B", "</think>", "<answer>", "</answer>"]) {
      expect(ids).toContain(tokenizer.idOf(token));
    }
    expect(tokenizer.idOf("<missing>")).toBeUndefined();
  });
});

test("a tokenizer of an unknown kind is refused with the reason", () => {
  expect(() => createTokenizer({ model: { type: "Nonsense" } })).toThrow(/tokenizer\.json/);
});
