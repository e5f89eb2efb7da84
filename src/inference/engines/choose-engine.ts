/**
 * Which engine runs the models: the first in order that passes its self-test, unless the user chose.
 * One that would only compute on a software adapter comes after the others.
 */
import { AppError, describeError } from "@/shared/lib/errors";
import type { EngineCheck, EngineId, EngineStatus } from "../protocol/messages";
import type { Engine } from "./engine";

/** Makes an engine; imports its library only when called. */
export interface EngineFactory {
  readonly id: EngineId;
  create(): Promise<Engine>;
  /**
   * The name of the software adapter that this engine would compute on here; undefined for hardware.
   * Asked before `create`: imports no library and compiles nothing.
   */
  softwareAdapter?(): Promise<string | undefined>;
}

export type SoftwareAdapters = EngineStatus["softwareAdapters"];

export interface ChooseEngineOptions {
  /** Best first; `cpu` may be among them but is taken only by the user's choice. */
  readonly factories: readonly EngineFactory[];
  /** Checks a fresh engine; see self-test.ts. */
  readonly check: (engine: Engine) => Promise<EngineCheck>;
  /** The user's choice, tried first; the others follow in order when it fails. */
  readonly preferred?: EngineId;
  /**
   * What `findSoftwareAdapters` found. These engines come last: WebAssembly is several times as fast on
   * the same cores (docs/performance.md).
   */
  readonly softwareAdapters?: SoftwareAdapters;
  readonly signal?: AbortSignal;
}

export interface ChosenEngine {
  readonly engine: Engine;
  readonly status: Pick<EngineStatus, "active" | "chosenBy" | "engines">;
}

/**
 * Tries engines until one is usable. Engines after it are not made, so their libraries are not loaded;
 * engines that fail are closed again.
 *
 * @throws AppError `unsupported` when none is usable, with every reason; the signal's reason on abort.
 */
export async function chooseEngine(options: ChooseEngineOptions): Promise<ChosenEngine> {
  const { factories, check, preferred, softwareAdapters = {}, signal } = options;
  const automatic = factories.filter(({ id }) => id !== "cpu" && id !== preferred);
  const isSoftware = ({ id }: EngineFactory): boolean => softwareAdapters[id] !== undefined;
  const order = [
    ...factories.filter(({ id }) => id === preferred),
    ...automatic.filter((factory) => !isSoftware(factory)),
    ...automatic.filter(isSoftware),
  ];
  const checks: EngineCheck[] = [];
  for (const factory of order) {
    signal?.throwIfAborted();
    const { engine, report } = await tryEngine(factory, check);
    checks.push(report);
    if (engine === undefined) continue;
    const chosenBy = factory.id === preferred ? "user" : "self-test";
    return { engine, status: { active: factory.id, chosenBy, engines: checks } };
  }
  const reasons = checks.map(({ engine, reason }) => `${engine}: ${reason ?? "unknown"}`);
  throw new AppError("unsupported", `No engine works on this device. ${reasons.join(" ")}`, {
    details: { reasons },
  });
}

/** The engines that would compute on a software adapter, each with the adapter's name. */
export async function findSoftwareAdapters(
  factories: readonly EngineFactory[],
): Promise<SoftwareAdapters> {
  const found: Partial<Record<EngineId, string>> = {};
  for (const factory of factories) {
    // An adapter that cannot be asked cannot be opened either; that failure tells the reason.
    const name = await factory.softwareAdapter?.().catch(() => undefined);
    if (name !== undefined) found[factory.id] = name;
  }
  return found;
}

/** Tests one engine and closes it again; an error of the engine is the check's reason. */
export async function testEngine(
  factory: EngineFactory,
  check: ChooseEngineOptions["check"],
): Promise<EngineCheck> {
  const { engine, report } = await tryEngine(factory, check);
  await engine?.dispose();
  return report;
}

/** The report on an engine that could not even be made. */
export function failedStart(engine: EngineId, error: unknown): EngineCheck {
  return { engine, usable: false, ...describeError(error), checks: [], durationMs: 0 };
}

async function tryEngine(
  factory: EngineFactory,
  check: (engine: Engine) => Promise<EngineCheck>,
): Promise<{ readonly engine?: Engine; readonly report: EngineCheck }> {
  let engine: Engine;
  try {
    engine = await factory.create();
  } catch (error) {
    return { report: failedStart(factory.id, error) };
  }
  const report = await check(engine);
  if (report.usable) return { engine, report };
  await engine.dispose();
  return { report };
}
