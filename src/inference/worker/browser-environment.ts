import { systemClock } from "@/shared/lib/system-clock";
import { turn } from "@/shared/lib/turn";
import { createOpfsStore } from "@/shared/persistence/opfs";
import { createMemoryStore } from "../assets/chunked-file";
import type { EngineFactory } from "../engines/choose-engine";
import type { Engine } from "../engines/engine";
import { rememberPasses } from "../engines/remembered-check";
import { runSelfTest } from "../engines/self-test";
import { softwareAdapter } from "../engines/tfjs/webgpu-device";
import { decodeImageInBrowser } from "../images/decode-browser";
import type { WorkerEnvironment } from "./create-handlers";
import { createEngineChoice } from "./engine-choice";
import { EngineHost } from "./engine-host";

/** Best first; each library is loaded only when its engine is made. */
const FACTORIES: readonly EngineFactory[] = [
  {
    id: "webgpu",
    create: async () => {
      const { createWebGpuEngine } = await import("../engines/tfjs/webgpu-engine");
      return await createWebGpuEngine();
    },
    softwareAdapter,
  },
  {
    id: "ort-web",
    create: async () => {
      const { createOrtWebEngine } = await import("../engines/onnx/ort-web");
      return await createOrtWebEngine();
    },
  },
  {
    id: "cpu",
    create: async () => {
      const { createCpuEngine } = await import("../engines/tfjs/cpu-engine");
      return await createCpuEngine();
    },
  },
];

async function freeBytes(): Promise<number | undefined> {
  const { quota, usage } = await navigator.storage.estimate();
  return quota === undefined || usage === undefined ? undefined : quota - usage;
}

/** The tab as the handlers see it. */
export function createBrowserEnvironment(): WorkerEnvironment {
  const store = createOpfsStore("perigee");
  const runNow = (engine: Engine) => runSelfTest(engine, { now: () => performance.now() });
  const base = new URL(import.meta.env.BASE_URL, globalThis.location.origin);
  return {
    registry: {
      fetch: (input, init) => fetch(input, init),
      shippedUrl: new URL("models/", base).href,
      store,
      memory: createMemoryStore(),
      clock: systemClock,
      freeBytes,
    },
    engines: new EngineHost({
      factories: FACTORIES,
      choice: createEngineChoice(store),
      check: import.meta.env.DEV
        ? runNow
        : rememberPasses({
            check: runNow,
            store,
            clock: systemClock,
            // A built script's name holds the hash of its code and of all that it imports.
            scope: `${import.meta.url} ${navigator.userAgent}`,
          }),
    }),
    decode: decodeImageInBrowser,
    clock: systemClock,
    breathe: turn,
  };
}
