import { ACTIVATION_CASES } from "./cases/activation";
import { NORMALISATION_CASES } from "./cases/normalisation";
import type { OpCase } from "./op-case";

/** Every operation with its edge cases; the same list runs on every engine. */
export const OP_CASES: readonly OpCase[] = [...NORMALISATION_CASES, ...ACTIVATION_CASES];
