import type { Priority } from "../protocol/messages";

/** What a running job knows of the queue. */
export interface Turn {
  /**
   * Lets interactive jobs that wait run first; resolves when it is this job's turn again. A batch job
   * calls it between two dispatches; for an interactive job it does nothing.
   */
  readonly giveWay: () => Promise<void>;
}

interface Waiting {
  start(): Promise<void>;
}

/** Runs one job at a time; interactive jobs overtake batch ones, otherwise in the order of arrival. */
export class JobQueue {
  private readonly interactive: Waiting[] = [];
  private readonly batch: Waiting[] = [];
  private isRunning = false;

  /**
   * @param signal - aborted before the job starts: it never runs. While it runs, the job itself reacts.
   * @returns the job's result; rejects with its error, or with the signal's reason.
   */
  run<T>(priority: Priority, signal: AbortSignal, job: (turn: Turn) => Promise<T>): Promise<T> {
    const lane = priority === "interactive" ? this.interactive : this.batch;
    const turn: Turn = {
      giveWay: () => (priority === "batch" ? this.runInteractive() : Promise.resolve()),
    };
    return new Promise<T>((resolve, reject) => {
      const waiting: Waiting = {
        start: async () => {
          signal.removeEventListener("abort", drop);
          await job(turn).then(resolve, reject);
        },
      };
      const drop = (): void => {
        const place = lane.indexOf(waiting);
        if (place === -1) return;
        lane.splice(place, 1);
        // oxlint-disable-next-line typescript/prefer-promise-reject-errors -- the signal's reason, as is
        reject(signal.reason);
      };
      lane.push(waiting);
      if (signal.aborted) drop();
      else signal.addEventListener("abort", drop, { once: true });
      void this.pump();
    });
  }

  private async runInteractive(): Promise<void> {
    for (let next = this.interactive.shift(); next; next = this.interactive.shift()) {
      await next.start();
    }
  }

  private async pump(): Promise<void> {
    if (this.isRunning) return;
    this.isRunning = true;
    try {
      for (;;) {
        const next = this.interactive.shift() ?? this.batch.shift();
        if (next === undefined) return;
        await next.start();
      }
    } finally {
      this.isRunning = false;
    }
  }
}
