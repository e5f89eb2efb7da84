/** Longest stretch of work before the page may draw and answer keys. */
const SLICE_MS = 12;

/** Lets the page take its turn: keys, timers, painting. */
export function turn(): Promise<void> {
  return new Promise((resolve) => {
    // Not a timer: browsers make each of a row of timers wait 4 ms.
    const { port1, port2 } = new MessageChannel();
    port1.addEventListener("message", () => {
      port1.close();
      resolve();
    });
    port1.start();
    port2.postMessage(undefined);
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
