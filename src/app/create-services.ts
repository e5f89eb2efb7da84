import { QueryClient } from "@tanstack/react-query";
import { systemClock } from "@/shared/lib/system-clock";
import { createOpfsStore } from "@/shared/persistence/opfs";
import { createPreferences } from "@/shared/persistence/preferences";
import { connectInference } from "./connect-inference";
import type { Database, Services } from "./services";
import { createIdSource } from "./system";

/** One database for all pages; a failed start is forgotten, so that the next page tries again. */
function createDatabaseOpener(): () => Promise<Database> {
  let opened: Promise<Database> | undefined;
  return () => {
    opened ??= import("@/shared/persistence/database")
      .then((module) => module.openDatabase())
      .catch((error: unknown) => {
        opened = undefined;
        throw error;
      });
    return opened;
  };
}

/** Builds what the pages share. Nothing is opened or started before it is first used. */
export function createServices(): Services {
  return {
    client: connectInference(),
    openDatabase: createDatabaseOpener(),
    blobs: createOpfsStore("perigee"),
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
