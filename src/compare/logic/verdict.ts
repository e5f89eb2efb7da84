import { isNotComparable, type ProtocolAnswers } from "@/domain/evaluation-protocol";

/** The parts of a pair's result that the verdict rests on; both runs in their own terms, AB first. */
export interface VerdictInput {
  readonly probabilityA: number;
  readonly ordersAgree: boolean;
  readonly runs: readonly [
    { readonly probabilityA: number; readonly answers: ProtocolAnswers },
    { readonly probabilityA: number; readonly answers: ProtocolAnswers },
  ];
}

export interface Verdict {
  /** The creative that would be clicked more often, in the terms of the pair as given. */
  readonly winner: "A" | "B";
  /** Mean over both orders of the winner's probability, in [0.5, 1]. */
  readonly probability: number;
  /** The winner's probability when A is shown first, and when B is. */
  readonly probabilityAFirst: number;
  readonly probabilityBFirst: number;
  readonly ordersAgree: boolean;
  /** True when a gate question says that there is nothing to compare, in both orders. */
  readonly isNotComparable: boolean;
}

/** Reads the verdict from both runs. At exactly one half the first-given creative is named. */
export function verdictOf(input: VerdictInput): Verdict {
  const [given, exchanged] = input.runs;
  const winner = input.probabilityA >= 0.5 ? "A" : "B";
  const of = (probabilityA: number) => (winner === "A" ? probabilityA : 1 - probabilityA);
  return {
    winner,
    probability: of(input.probabilityA),
    probabilityAFirst: of(given.probabilityA),
    probabilityBFirst: of(1 - exchanged.probabilityA),
    ordersAgree: input.ordersAgree,
    isNotComparable: isNotComparable(given.answers) && isNotComparable(exchanged.answers),
  };
}
