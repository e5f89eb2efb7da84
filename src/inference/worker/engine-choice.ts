import type { BlobStore } from "@/shared/persistence/opfs";
import { ENGINE_IDS, type EngineId } from "../protocol/messages";

/** The engine that the user chose by hand, kept for later starts; undefined: the automatic choice. */
export interface EngineChoice {
  read(): Promise<EngineId | undefined>;
  keep(engine: EngineId | undefined): Promise<void>;
}

const PATH = "engine/choice";

/** Keeps the choice in `store`; where nothing can be stored it lasts as long as the worker. */
export function createEngineChoice(store: BlobStore): EngineChoice {
  return {
    async read() {
      const text = await store
        .read(PATH)
        .then((file) => file?.text())
        .catch(() => undefined);
      return ENGINE_IDS.find((id) => id === text);
    },
    async keep(engine) {
      const kept =
        engine === undefined ? store.remove(PATH) : store.write(PATH, new Blob([engine]));
      // A private window or a full disk: the next start chooses by itself.
      await kept.catch(() => undefined);
    },
  };
}
