/** Alternating measurements of two contenders, so that a busy machine slows both alike. */

export interface Contender {
  readonly name: string;
  /** One timed unit of work; returns how many items it did. */
  run(): Promise<number>;
}

export interface Speed {
  readonly name: string;
  /** Items per second: median, smallest and largest over the rounds. */
  readonly median: number;
  readonly low: number;
  readonly high: number;
}

/** One untimed round, then `rounds` timed ones; the order alternates. */
export async function race(
  contenders: readonly Contender[],
  rounds: number,
): Promise<readonly Speed[]> {
  const speeds = new Map<string, number[]>(contenders.map(({ name }) => [name, []]));
  for (const contender of contenders) await contender.run();
  for (let round = 0; round < rounds; round++) {
    for (const contender of round % 2 === 0 ? contenders : contenders.toReversed()) {
      const startedAt = performance.now();
      const items = await contender.run();
      speeds.get(contender.name)!.push((items * 1000) / (performance.now() - startedAt));
    }
  }
  return contenders.map(({ name }) => {
    const sorted = speeds.get(name)!.toSorted((a, b) => a - b);
    const middle = sorted.length / 2;
    const median = (sorted[Math.floor(middle)]! + sorted[Math.ceil(middle) - 1]!) / 2;
    return { name, median, low: sorted[0]!, high: sorted.at(-1)! };
  });
}

/** First against the others. */
export function formatRace(title: string, unit: string, speeds: readonly Speed[]): string {
  const [own] = speeds;
  const lines = speeds.map(({ name, median, low, high }) => {
    const ratio =
      own === undefined || name === own.name ? "" : `  ratio ${(own.median / median).toFixed(2)}`;
    return `  ${name.padEnd(34)} ${median.toFixed(2)} ${unit} (${low.toFixed(2)} to ${high.toFixed(2)})${ratio}`;
  });
  return [title, ...lines].join("\n");
}

/** Largest |Δ|; contenders must compute the same before their speed is compared. */
export function worst(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let largest = 0;
  for (let i = 0; i < b.length; i++) largest = Math.max(largest, Math.abs(a[i]! - b[i]!));
  return largest;
}
