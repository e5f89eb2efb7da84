import type { BenchStore } from "@/benchmark/store/bench-store";
import type { QueryClient } from "@tanstack/react-query";
import type { openDatabase } from "@/shared/persistence/database";
import type { InferenceClient } from "@/inference/client/inference-client";
import type { Clock, IdSource } from "@/shared/lib/ports";
import type { BlobStore } from "@/shared/persistence/opfs";
import type { Preferences } from "@/shared/persistence/preferences";

/** The open database, as repositories take it. */
export type Database = ReturnType<typeof openDatabase>;

/** Everything a page may need from outside, made once and passed down by props. */
export interface Services {
  readonly client: InferenceClient;
  /** The one database; its code is fetched when a page first needs it. */
  readonly openDatabase: () => Promise<Database>;
  /** What Search and Benchmark share: one data set and its runs survive the change of page. */
  readonly openBenchStore: () => Promise<BenchStore>;
  readonly blobs: BlobStore;
  readonly clock: Clock;
  readonly ids: IdSource;
  readonly preferences: Preferences;
  readonly queryClient: QueryClient;
}
