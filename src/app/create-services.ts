import { QueryClient } from "@tanstack/react-query";
import { systemClock } from "@/shared/lib/system-clock";
import { createOpfsStore } from "@/shared/persistence/opfs";
import { createPreferences } from "@/shared/persistence/preferences";
import { connectInference } from "./connect-inference";
import type { Services } from "./services";
import { createIdSource } from "./system";

/** Makes a thing once, at its first use; a failed start is forgotten, so that the next page tries again. */
function lazily<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | undefined;
  return () => {
    made ??= make().catch((error: unknown) => {
      made = undefined;
      throw error;
    });
    return made;
  };
}

/** Builds what the pages share. Nothing is opened or started before it is first used. */
export function createServices(): Services {
  const client = connectInference();
  const blobs = createOpfsStore("perigee");
  return {
    client,
    openDatabase: lazily(async () => {
      const { openDatabase } = await import("@/shared/persistence/database");
      return openDatabase();
    }),
    openBenchStore: lazily(async () => {
      const { createBenchStore } = await import("@/benchmark/store/bench-store");
      return createBenchStore({ client, blobs, clock: systemClock });
    }),
    blobs,
    clock: systemClock,
    ids: createIdSource(systemClock, (length) => crypto.getRandomValues(new Uint8Array(length))),
    preferences: createPreferences(),
    queryClient: new QueryClient({
      defaultOptions: {
        // Local sources: they do not go stale by themselves, and a failure is not the network's.
        queries: { staleTime: Infinity, retry: false, refetchOnWindowFocus: false },
      },
    }),
  };
}
