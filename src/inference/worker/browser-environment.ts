import { systemClock } from "@/shared/lib/system-clock";
import { createOpfsStore } from "@/shared/persistence/opfs";
import { createMemoryStore } from "../assets/chunked-file";
import type { EngineFactory } from "../engines/choose-engine";
import { runSelfTest } from "../engines/self-test";
import { decodeImageInBrowser } from "../images/decode-browser";
import type { WorkerEnvironment } from "./create-handlers";
import { EngineHost } from "./engine-host";

/** Best first; each library is loaded only when its engine is made. */
const FACTORIES: readonly EngineFactory[] = [
  {
    id: "webgpu",
    create: async () => {
      const { createWebGpuEngine } = await import("../engines/tfjs/webgpu-engine");
      return await createWebGpuEngine();
    },
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

/** A turn of the event loop without the 4 ms that nested timers are held back. */
function breathe(): Promise<void> {
  return new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel();
    port1.addEventListener("message", () => {
      port1.close();
      resolve();
    });
    port1.start();
    port2.postMessage(undefined);
  });
}

/** The tab as the handlers see it. */
export function createBrowserEnvironment(): WorkerEnvironment {
  const base = new URL(import.meta.env.BASE_URL, globalThis.location.origin);
  return {
    registry: {
      fetch: (input, init) => fetch(input, init),
      shippedUrl: new URL("models/", base).href,
      store: createOpfsStore("perigee"),
      memory: createMemoryStore(),
      clock: systemClock,
      freeBytes,
    },
    engines: new EngineHost({
      factories: FACTORIES,
      check: (engine) => runSelfTest(engine, { now: () => performance.now() }),
    }),
    decode: decodeImageInBrowser,
    clock: systemClock,
    breathe,
  };
}
