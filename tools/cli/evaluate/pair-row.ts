import type { HeldOutPair } from "./held-out-pairs";

/** A pair as a row of pairs.jsonl holds it, with the creatives `ID-a` and `ID-b`: for tests. */
export function pairRow(id: string): Omit<HeldOutPair, "comparable"> {
  return {
    id,
    product_id: "p",
    split: "test",
    source: "drawn",
    unseen: false,
    a: `${id}-a`,
    b: `${id}-b`,
    title: { en: "Lamp", zh: "台灯" },
    queries: { en: ["lamp"], zh: ["台灯"] },
    context: {
      kind: "lamp",
      color: "red",
      feature: "",
      interests: [],
      color_asked: false,
      group: "g",
    },
    p_a: 0.9,
    label: "A",
    answers: { q10: "A" },
  };
}
