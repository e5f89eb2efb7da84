import { trainPreferenceHead } from "@/domain/preference-head";
import type { Clock } from "@/shared/lib/ports";
import { addModel } from "../assets/add-model";
import { createModelRegistry, type RegistryContext } from "../assets/model-registry";
import type { DecodeImage } from "../images/image";
import type { ModelRef, StepProgress } from "../protocol/messages";
import { compareAttention, comparePair } from "./compare-pair";
import { encodeBatch } from "./encode-batch";
import type { EngineHost } from "./engine-host";
import { explainSimilarity } from "./explain-similarity";
import type { Handlers } from "./handler";
import { measureModel } from "./measure-model";
import { searchHandlers } from "./search-handlers";
import { ModelHost, type ModelLoadOptions } from "./model-host";
import { createProgress } from "./progress";

/** What the handlers need of the platform: a tab, or Node. */
export interface WorkerEnvironment {
  readonly registry: RegistryContext;
  readonly engines: EngineHost;
  readonly decode: DecodeImage;
  readonly clock: Clock;
  /** Lets the event loop turn, so that cancel messages are read during long computations. */
  readonly breathe: () => Promise<void>;
}

type Emit = (progress: StepProgress) => void;

class Service {
  readonly environment: WorkerEnvironment;
  readonly registry;
  readonly models: ModelHost;

  constructor(environment: WorkerEnvironment) {
    this.environment = environment;
    this.registry = createModelRegistry(environment.registry);
    this.models = new ModelHost(environment.engines, this.registry);
  }

  loading(signal: AbortSignal, emit: Emit): ModelLoadOptions {
    const { clock } = this.environment;
    return {
      signal,
      onDownload: createProgress("download", "bytes", clock, emit),
      onUpload: createProgress("load", "bytes", clock, emit),
    };
  }

  /** Runs work on the engine; a lost device is rebuilt and the work repeated once. */
  async onEngine<T>(signal: AbortSignal, work: () => Promise<T>): Promise<T> {
    return await this.environment.engines.withRecovery(signal, work);
  }

  async engineId() {
    return (await this.environment.engines.engine()).id;
  }
}

function engineHandlers(
  service: Service,
): Pick<Handlers, "engine/status" | "engine/select" | "engine/test" | "engine/lose-device"> {
  const { engines } = service.environment;
  return {
    "engine/status": () => engines.status(),
    "engine/select": async ({ engine }) => {
      await engines.select(engine);
      return await engines.status();
    },
    "engine/test": async ({ engine }) => {
      await engines.test(engine);
      return await engines.status();
    },
    "engine/lose-device": async () => {
      await engines.loseDevice();
      return undefined;
    },
  };
}

function modelHandlers(
  service: Service,
): Pick<
  Handlers,
  "models/list" | "models/load" | "models/add" | "models/remove" | "models/card" | "models/measure"
> {
  const { environment, registry, models } = service;
  return {
    "models/list": (_params, { signal }) => registry.list(signal),
    "models/load": async (ref, { signal, emit }) => {
      const { isPersistent } = await service.onEngine(signal, () =>
        models.any(ref, service.loading(signal, emit)),
      );
      const summary = await registry.summary(ref);
      return isPersistent ? summary : { ...summary, isInMemoryOnly: true };
    },
    "models/add": async (request, { signal, emit }) => {
      const onProgress = createProgress("download", "bytes", environment.clock, emit);
      const ref = await addModel(request, environment.registry, { signal, onProgress });
      return await registry.summary(ref);
    },
    "models/remove": async (ref) => {
      models.forget(ref);
      await registry.remove(ref);
      return undefined;
    },
    "models/card": (ref) => registry.card(ref),
    "models/measure": (ref, { signal, emit }) =>
      service.onEngine(signal, async () => {
        const model = await models.any(ref, service.loading(signal, emit));
        return await measureModel(model, {
          clock: environment.clock,
          signal,
          onProgress: (done) => emit({ step: "encode", unit: "steps", done }),
        });
      }),
  };
}

function compareHandlers(service: Service): Pick<Handlers, "compare/pair" | "compare/attention"> {
  const { models, environment } = service;
  const selector = async (ref: ModelRef, signal: AbortSignal, emit: Emit) =>
    await models.selector(ref, service.loading(signal, emit));
  return {
    "compare/pair": (request, { signal, emit }) =>
      service.onEngine(signal, async () => {
        const onLoad = (progress: StepProgress): void => emit({ kind: "progress", progress });
        const model = await selector(request.model, signal, onLoad);
        const engine = await service.engineId();
        return await comparePair(request, model, engine, { ...environment, signal }, emit);
      }),
    "compare/attention": (request, { signal, emit }) =>
      service.onEngine(signal, async () => {
        const model = await selector(request.model, signal, emit);
        return await compareAttention(request, model, { ...environment, signal });
      }),
  };
}

function encoderHandlers(service: Service): Pick<Handlers, "encode/batch" | "explain/similarity"> {
  const { models, environment } = service;
  const { decode, clock } = environment;
  return {
    "encode/batch": ({ model: ref, items }, { signal, emit, giveWay }) =>
      service.onEngine(signal, async () => {
        const model = await models.encoder(ref, service.loading(signal, emit));
        const onProgress = createProgress("encode", "items", clock, emit);
        return await encodeBatch(items, model, { decode, signal, giveWay, onProgress });
      }),
    "explain/similarity": ({ model: ref, query, candidate, averages }, { signal, emit }) =>
      service.onEngine(signal, async () => {
        const model = await models.encoder(ref, service.loading(signal, emit));
        return await explainSimilarity(query, candidate, model, decode, averages);
      }),
  };
}

function trainHandlers({ environment }: Service): Pick<Handlers, "preference/train"> {
  const { clock, breathe } = environment;
  return {
    "preference/train": (request, { signal, emit, giveWay }) => {
      const report = createProgress("train", "steps", clock, emit);
      return trainPreferenceHead(request, request, async (done, total) => {
        report(done, total);
        await breathe();
        signal.throwIfAborted();
        await giveWay();
      });
    },
  };
}

/** The answers to every request, over one engine and its models. */
export function createHandlers(environment: WorkerEnvironment): Handlers {
  const service = new Service(environment);
  return {
    ...engineHandlers(service),
    ...modelHandlers(service),
    ...compareHandlers(service),
    ...encoderHandlers(service),
    ...searchHandlers(environment),
    ...trainHandlers(service),
  };
}
