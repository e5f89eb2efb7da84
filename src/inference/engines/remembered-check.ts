/** Keeps a passed self-test for later starts: nearly all of its time goes into compiling its shaders. */
import { z } from "zod";
import type { Clock } from "@/shared/lib/ports";
import type { BlobStore } from "@/shared/persistence/opfs";
import type { EngineCheck, EngineStatus } from "../protocol/messages";
import type { Engine } from "./engine";

export interface CheckMemoryOptions {
  readonly check: (engine: Engine) => Promise<EngineCheck>;
  readonly store: BlobStore;
  readonly clock: Clock;
  /** What a verdict holds for besides engine and adapter: this build in this browser. */
  readonly scope: string;
}

export interface CheckOptions {
  /** Tests in any case, and keeps what comes out. */
  readonly isFresh?: boolean;
}

/** A driver's update shows nowhere in the key; so a verdict does not hold for ever. */
const KEPT_MS = 7 * 24 * 60 * 60 * 1000;

const Kept = z.object({
  key: z.string(),
  testedAt: z.number(),
  durationMs: z.number(),
  checks: z.array(z.object({ name: z.string(), passed: z.literal(true), maxAbsError: z.number() })),
});

function pathOf({ id }: Engine): string {
  return `self-test/${id}.json`;
}

function keyOf(engine: Engine, scope: string): string {
  const { adapter } = engine as { readonly adapter?: EngineStatus["adapter"] };
  return JSON.stringify([scope, engine.id, adapter?.description, adapter?.features]);
}

/**
 * The check, run only when no pass of the same engine, adapter, browser and build is kept, or when it is
 * a week old. A failure is never kept. Where nothing can be stored, every start tests.
 */
export function rememberPasses(options: CheckMemoryOptions) {
  const { check, store, clock, scope } = options;

  async function recall(engine: Engine): Promise<EngineCheck | undefined> {
    try {
      const file = await store.read(pathOf(engine));
      if (file === undefined) return undefined;
      const { key, ...kept } = Kept.parse(JSON.parse(await file.text()));
      const age = clock.now() - kept.testedAt;
      if (key !== keyOf(engine, scope) || age < 0 || age > KEPT_MS) return undefined;
      return { engine: engine.id, usable: true, ...kept };
    } catch {
      return undefined;
    }
  }

  async function keep(engine: Engine, { usable, checks, durationMs }: EngineCheck): Promise<void> {
    try {
      if (!usable) {
        await store.remove(pathOf(engine));
        return;
      }
      const kept = { key: keyOf(engine, scope), testedAt: clock.now(), durationMs, checks };
      await store.write(pathOf(engine), new Blob([JSON.stringify(kept)]));
    } catch {
      // A private window or a full disk: the next start tests again.
    }
  }

  return async (engine: Engine, { isFresh = false }: CheckOptions = {}): Promise<EngineCheck> => {
    const known = isFresh ? undefined : await recall(engine);
    if (known !== undefined) return known;
    const report = await check(engine);
    await keep(engine, report);
    return report;
  };
}
