/** Longest stretch of work before the page may draw and answer keys. */
const SLICE_MS = 12;

/** Lets the page take its turn: keys, timers, painting. */
export function turn(): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, 0);
  });
}

/** Gives the page its turn whenever a slice of time is used up; undefined before that. */
export function createTurns(): () => Promise<void> | undefined {
  let last = performance.now();
  return () => {
    if (performance.now() - last < SLICE_MS) return undefined;
    return turn().then(() => {
      last = performance.now();
    });
  };
}
