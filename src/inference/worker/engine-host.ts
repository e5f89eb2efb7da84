import { AppError, hasCode } from "@/shared/lib/errors";
import {
  chooseEngine,
  failedStart,
  findSoftwareAdapters,
  testEngine,
  type EngineFactory,
  type SoftwareAdapters,
} from "../engines/choose-engine";
import type { Engine } from "../engines/engine";
import type { CheckOptions } from "../engines/remembered-check";
import type { EngineCheck, EngineId, EngineStatus } from "../protocol/messages";
import type { EngineChoice } from "./engine-choice";

export interface EngineHostOptions {
  /** Best first. */
  readonly factories: readonly EngineFactory[];
  /** What the user chose by hand, at an earlier start too; without it a choice lasts for this host. */
  readonly choice?: EngineChoice;
  /** May answer from what an earlier start found, unless asked for a fresh test. */
  readonly check: (engine: Engine, options?: CheckOptions) => Promise<EngineCheck>;
}

/** What some engines offer beyond `Engine`. */
interface Extras {
  readonly adapter?: EngineStatus["adapter"];
  readonly loseDevice?: () => void;
}

interface Current {
  readonly engine: Engine;
  readonly chosenBy: EngineStatus["chosenBy"];
  isLost: boolean;
}

/**
 * The one engine in use: chosen when first needed, rebuilt when its device is lost, exchanged when the
 * user asks for another.
 */
export class EngineHost {
  private readonly options: EngineHostOptions;
  private current: Promise<Current> | undefined;
  /** Undefined as long as an earlier start's choice has not been read. */
  private preferred: EngineId | "auto" | undefined;
  private checks: EngineCheck[] = [];
  private softwareAdapters: SoftwareAdapters = {};
  private deviceRebuilds = 0;

  constructor(options: EngineHostOptions) {
    this.options = options;
  }

  private async choose(options: CheckOptions): Promise<Current> {
    const checks: EngineCheck[] = [];
    // chooseEngine reports its checks only on success; the status shows them in any case.
    const factories = this.options.factories.map((factory) => ({
      ...factory,
      create: async () =>
        await factory.create().catch((error: unknown) => {
          checks.push(failedStart(factory.id, error));
          throw error;
        }),
    }));
    const check = async (engine: Engine): Promise<EngineCheck> => {
      const report = await this.options.check(engine, options);
      checks.push(report);
      return report;
    };
    const kept = this.preferred ?? (await this.options.choice?.read()) ?? "auto";
    // The user may have chosen while it was read.
    this.preferred ??= kept;
    const preferred = this.preferred === "auto" ? {} : { preferred: this.preferred };
    const softwareAdapters = await findSoftwareAdapters(factories);
    this.softwareAdapters = softwareAdapters;
    try {
      const { engine, status } = await chooseEngine({
        factories,
        check,
        softwareAdapters,
        ...preferred,
      });
      const current: Current = { engine, chosenBy: status.chosenBy, isLost: false };
      void engine.lost.then(() => {
        current.isLost = true;
      });
      return current;
    } finally {
      this.checks = checks;
    }
  }

  private async open(options: CheckOptions = {}): Promise<Current> {
    const pending = (this.current ??= this.choose(options));
    try {
      const current = await pending;
      if (!current.isLost) return current;
    } catch (error) {
      if (this.current === pending) this.current = undefined;
      throw error;
    }
    await this.discard(pending);
    this.deviceRebuilds += 1;
    // A driver that crashed is no longer the one that passed.
    return await this.open({ isFresh: true });
  }

  private async discard(pending: Promise<Current>): Promise<void> {
    if (this.current !== pending) return;
    this.current = undefined;
    const { engine } = await pending;
    // A lost device may fail to close; there is nothing left to save.
    await engine.dispose().catch(() => undefined);
  }

  /** @throws AppError `unsupported` when no engine is usable. */
  async engine(): Promise<Engine> {
    return (await this.open()).engine;
  }

  /**
   * Runs `work`; when the device is lost meanwhile, rebuilds the engine and runs it once more. `work`
   * must ask for the engine (and models on it) inside.
   */
  async withRecovery<T>(signal: AbortSignal, work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      signal.throwIfAborted();
      if (!hasCode(error, "device-lost")) throw error;
      const current = await this.current;
      if (current !== undefined) current.isLost = true;
      return await work();
    }
  }

  /** Takes the user's choice, and keeps it for later starts when it can be used. */
  async select(engine: EngineId | "auto"): Promise<void> {
    this.preferred = engine;
    if (this.current !== undefined) await this.discard(this.current).catch(() => undefined);
    this.current = undefined;
    const { engine: used, chosenBy } = await this.open();
    await this.options.choice?.keep(chosenBy === "user" ? used.id : undefined);
  }

  /**
   * Tests one engine anew, also one that comes after the engine in use; the result stays in the status.
   * An engine in use that fails is exchanged.
   *
   * @throws AppError `input-invalid` for an engine that this platform does not have.
   */
  async test(id: EngineId): Promise<void> {
    const factory = this.options.factories.find((item) => item.id === id);
    if (factory === undefined) {
      const known = this.options.factories.map((item) => item.id).join(", ");
      throw new AppError("input-invalid", `No engine "${id}" here; there are ${known}.`);
    }
    const check = (engine: Engine) => this.options.check(engine, { isFresh: true });
    const report = await testEngine(factory, check);
    const pending = this.current;
    const current = await pending?.catch(() => undefined);
    if (!report.usable && pending !== undefined && current?.engine.id === id) {
      await this.discard(pending);
      // Without any usable engine the status says why.
      await this.open().catch(() => undefined);
      return;
    }
    this.checks = this.checks.some(({ engine }) => engine === id)
      ? this.checks.map((known) => (known.engine === id ? report : known))
      : [...this.checks, report];
  }

  /** Starts the self-test if none has run; never rejects because of an unusable engine. */
  async status(): Promise<EngineStatus> {
    const current = await this.open().catch(() => undefined);
    const engine = current?.engine;
    const { adapter } = (engine ?? {}) as Extras;
    return {
      chosenBy: current?.chosenBy ?? "self-test",
      engines: this.checks,
      untested: this.options.factories
        .map(({ id }) => id)
        .filter((id) => this.checks.every((check) => check.engine !== id)),
      softwareAdapters: this.softwareAdapters,
      memory: engine?.memory() ?? { tensors: 0, gpuBuffers: 0, bytes: 0 },
      deviceRebuilds: this.deviceRebuilds,
      ...(engine === undefined ? {} : { active: engine.id }),
      ...(adapter === undefined ? {} : { adapter }),
    };
  }

  /** Tests only. */
  async loseDevice(): Promise<void> {
    const { engine } = await this.open();
    (engine as Extras).loseDevice?.();
  }
}
