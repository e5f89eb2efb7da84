import { ACTIVATION_CASES } from "./cases/activation";
import { ATTENTION_CASES } from "./cases/attention";
import { LAYOUT_CASES } from "./cases/layout";
import { LINEAR_CASES } from "./cases/linear";
import { NORMALISATION_CASES } from "./cases/normalisation";
import { SEARCH_CASES } from "./cases/search";
import type { OpCase } from "./op-case";

/** Every operation with its edge cases; the same list runs on every engine. */
export const OP_CASES: readonly OpCase[] = [
  ...NORMALISATION_CASES,
  ...ACTIVATION_CASES,
  ...LINEAR_CASES,
  ...ATTENTION_CASES,
  ...LAYOUT_CASES,
  ...SEARCH_CASES,
];
