/** What a comparison says: the item shown on the left or right is preferred, or neither is. */
export type Outcome = "left" | "right" | "tie";

/** Edges between items 0…n−1 as they were judged. */
export interface ComparisonEdge {
  readonly left: number;
  readonly right: number;
  readonly outcome: Outcome;
}

/** Which items can be put on one scale. */
export interface ComparisonComponents {
  /** Component of each item, numbered in order of first item. */
  readonly component: Int32Array;
  /** Items of each component, ascending. */
  readonly members: readonly (readonly number[])[];
  /**
   * Whether each component is strongly connected (an item both wins and loses, directly or through
   * others, against every other item; a tie counts for both). Exactly then the plain Bradley-Terry
   * maximum likelihood estimate exists (Zermelo 1929, Ford 1957).
   */
  readonly strong: readonly boolean[];
}

function findRoot(parent: Int32Array, item: number): number {
  let root = item;
  while (parent[root] !== root) root = parent[root] as number;
  let node = item;
  while (parent[node] !== root) {
    const next = parent[node] as number;
    parent[node] = root;
    node = next;
  }
  return root;
}

/** Adjacency lists of the graph "a beats b" (or of its reverse). */
function adjacency(
  items: number,
  edges: readonly ComparisonEdge[],
  reverse: boolean,
): readonly (readonly number[])[] {
  const lists: number[][] = Array.from({ length: items }, () => []);
  for (const { left, right, outcome } of edges) {
    const leftWins = outcome !== "right";
    const rightWins = outcome !== "left";
    if (reverse ? rightWins : leftWins) lists[left]?.push(right);
    if (reverse ? leftWins : rightWins) lists[right]?.push(left);
  }
  return lists;
}

function reachableCount(start: number, lists: readonly (readonly number[])[]): number {
  const seen = new Set([start]);
  const stack = [start];
  for (let node = stack.pop(); node !== undefined; node = stack.pop()) {
    for (const next of lists[node] ?? []) {
      if (!seen.has(next)) {
        seen.add(next);
        stack.push(next);
      }
    }
  }
  return seen.size;
}

/**
 * Splits items into the groups that comparisons connect.
 *
 * @param items - number of items; items without comparisons are components of one.
 * @param edges - judged pairs, indices within 0…items−1.
 * @returns components with their strong connectivity.
 */
export function findComponents(
  items: number,
  edges: readonly ComparisonEdge[],
): ComparisonComponents {
  const parent = Int32Array.from({ length: items }, (_, i) => i);
  for (const { left, right } of edges) parent[findRoot(parent, left)] = findRoot(parent, right);
  const component = new Int32Array(items);
  const numbers = new Map<number, number>();
  const members: number[][] = [];
  for (let item = 0; item < items; item++) {
    const root = findRoot(parent, item);
    let number = numbers.get(root);
    if (number === undefined) {
      number = members.length;
      numbers.set(root, number);
      members.push([]);
    }
    component[item] = number;
    members[number]?.push(item);
  }
  const beats = adjacency(items, edges, false);
  const losesTo = adjacency(items, edges, true);
  const strong = members.map((list) => {
    const start = list[0] as number;
    return (
      reachableCount(start, beats) === list.length && reachableCount(start, losesTo) === list.length
    );
  });
  return { component, members, strong };
}
