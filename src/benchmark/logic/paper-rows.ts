import type { Direction } from "@/domain/benchmark/task";

/** Figures printed in the MOON2.0 paper (arXiv 2511.12449), R@10 in percent on MBE2.0. */
export interface PaperRow {
  readonly name: string;
  readonly recall: Readonly<Partial<Record<Direction, number>>>;
  readonly classAccuracy: number;
  readonly attributeAccuracy: number;
}

/**
 * Second-hand: taken from two agreeing sets of reading notes, not from the paper's own text. Absent
 * values were not found.
 */
export const PAPER_ROWS: readonly PaperRow[] = [
  {
    name: "MOON2.0",
    recall: { "t-mm": 63.09, "i-mm": 91.08, "mm-mm": 94.21, "t-i": 73.12, "i-t": 64.91 },
    classAccuracy: 68.08,
    attributeAccuracy: 84.29,
  },
  {
    name: "MOON",
    recall: { "i-mm": 78.11, "mm-mm": 80.78, "t-i": 44.02 },
    classAccuracy: 59.7,
    attributeAccuracy: 63.55,
  },
  {
    name: "GME",
    recall: { "t-mm": 64.41, "i-mm": 64.98, "mm-mm": 73.9, "t-i": 41.77 },
    classAccuracy: 64.92,
    attributeAccuracy: 70.76,
  },
];
