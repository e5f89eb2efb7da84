import { useEffect, useRef, useState } from "react";

/** One long operation of a screen: its progress, its error, and a way to stop it. */
export interface Task<P> {
  readonly isRunning: boolean;
  readonly progress: P | undefined;
  readonly error: unknown;
  /** Starts `work`; a second start while one runs is ignored. True when it ended without error. */
  readonly run: (
    work: (signal: AbortSignal, onProgress: (progress: P) => void) => Promise<void>,
  ) => Promise<boolean>;
  readonly cancel: () => void;
}

/** A task that is cancelled when its screen goes away. Cancelling is not an error. */
export function useTask<P>(): Task<P> {
  const controller = useRef<AbortController>(undefined);
  const [isRunning, setRunning] = useState(false);
  const [progress, setProgress] = useState<P>();
  const [error, setError] = useState<unknown>();
  useEffect(() => () => controller.current?.abort(), []);

  return {
    isRunning,
    progress,
    error,
    cancel: () => controller.current?.abort(new DOMException("Cancelled", "AbortError")),
    async run(work) {
      if (controller.current !== undefined) return false;
      const own = new AbortController();
      controller.current = own;
      setRunning(true);
      setProgress(undefined);
      setError(undefined);
      try {
        await work(own.signal, setProgress);
        return true;
      } catch (caught) {
        if (!own.signal.aborted) setError(caught);
        return false;
      } finally {
        controller.current = undefined;
        setRunning(false);
      }
    },
  };
}
