import { Dexie, type Table } from "dexie";
import { taskOf, type LabelEvent } from "@/domain/labeling/events";
import { AppError } from "@/shared/lib/errors";

/** The event as stored: `task` indexes the decisions of one showing of one pair. */
type StoredEvent = LabelEvent & { readonly task?: string };

const DIGITS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/**
 * The smallest id of the same length above `id` (Crockford base 32), for a clock that stands still
 * or runs backwards.
 */
export function nextId(id: string): string {
  const digits = id.split("");
  for (let at = digits.length - 1; at >= 0; at--) {
    const value = DIGITS.indexOf(digits[at]!);
    if (value < 0) break;
    if (value < DIGITS.length - 1) {
      digits[at] = DIGITS[value + 1]!;
      return digits.join("");
    }
    digits[at] = "0";
  }
  return `${id}0`;
}

export interface MergeResult {
  readonly added: number;
  readonly known: number;
  /** Ids of events that are here with another content. */
  readonly conflicts: readonly string[];
}

export interface EventLog {
  /**
   * Appends one event and resolves when it is on disk. The id is raised if it is not above the last
   * one of the project.
   *
   * @throws AppError `input-invalid` when the task was decided meanwhile (in another tab): the
   *   event's `supersedes` does not name the decision in force. `storage-quota` when the disk is
   *   full; nothing was written then.
   */
  append<E extends LabelEvent>(event: E): Promise<E>;
  /**
   * Adds events of another log; those known by id are left as they are. Many events are added in
   * steps: what broke off half-way is made whole by merging again.
   *
   * @param onProgress - events looked at so far; may throw to stop.
   */
  merge(events: readonly LabelEvent[], onProgress?: (done: number) => void): Promise<MergeResult>;
  /** Events of a project in order, after `afterId`. */
  read(project: string, afterId?: string): Promise<LabelEvent[]>;
  /** Calls back when this or another tab has appended to `project`, or merged a log into it. */
  onAppend(project: string, listener: (change: LogChange) => void): () => void;
}

function withTask(event: LabelEvent): StoredEvent {
  const task = taskOf(event);
  return task === undefined ? event : { ...event, task };
}

function withoutTask({ task: _task, ...event }: StoredEvent): LabelEvent {
  return event as LabelEvent;
}

function isQuota(error: unknown): boolean {
  for (let at: unknown = error; at instanceof Error; at = (at as { inner?: unknown }).inner) {
    if (at.name === "QuotaExceededError") return true;
    if ((at as { inner?: unknown }).inner === at) break;
  }
  return false;
}

function quotaError(cause: unknown): AppError {
  return new AppError(
    "storage-quota",
    "The browser's storage is full: the judgement was not saved. Export the project, free space on /data, then confirm again.",
    { cause },
  );
}

/** Decision in force on a task, read from the log itself so that two tabs cannot both decide it. */
async function headOf(table: Table<StoredEvent, string>, project: string, task: string) {
  const decisions = await table.where("[project+task]").equals([project, task]).sortBy("id");
  if (decisions.length === 0) return null;
  const reversals = await table
    .where("[project+target]")
    .anyOf(decisions.map(({ id }) => [project, id]))
    .sortBy("id");
  const undone = new Set<string>();
  for (const event of reversals) {
    if (event.kind === "undone") undone.add(event.target);
    else if (event.kind === "redone") undone.delete(event.target);
  }
  return decisions.findLast(({ id }) => !undone.has(id))?.id ?? null;
}

/** `append`: the new events have the highest ids; `merge`: they can be anywhere. */
export type LogChange = "append" | "merge";

interface LogMessage {
  readonly project: string;
  readonly change: LogChange;
}

/** The judgement log in `database`. Tabs of one origin hear of one another's events. */
export function createEventLog(database: Dexie): EventLog {
  const table = database.table<StoredEvent, string>("labelEvents");
  const listeners = new Map<string, Set<(change: LogChange) => void>>();
  const channel = new BroadcastChannel(`labeling:${database.name}`);
  const tell = ({ project, change }: LogMessage) => {
    for (const listener of listeners.get(project) ?? []) listener(change);
  };
  channel.onmessage = ({ data }: MessageEvent<LogMessage>) => tell(data);
  // Node keeps a process alive for an open channel; a page has no such method.
  (channel as { unref?: () => void }).unref?.();
  const announce = (message: LogMessage) => {
    channel.postMessage(message);
    tell(message);
  };

  async function appendInside<E extends LabelEvent>(event: E): Promise<E> {
    const task = taskOf(event);
    if (task !== undefined && "supersedes" in event) {
      const head = await headOf(table, event.project, task);
      if (head !== event.supersedes) {
        throw new AppError(
          "input-invalid",
          "This pair was judged meanwhile in another tab; your answers were kept as a draft.",
          { details: { reason: "superseded", head } },
        );
      }
    }
    const last = await table
      .where("[project+id]")
      .between([event.project, Dexie.minKey], [event.project, Dexie.maxKey])
      .last();
    const id = last === undefined || event.id > last.id ? event.id : nextId(last.id);
    const stored = { ...event, id };
    await table.add(withTask(stored));
    return stored;
  }

  return {
    async append(event) {
      try {
        const stored = await database.transaction("rw", table, () => appendInside(event));
        announce({ project: event.project, change: "append" });
        return stored;
      } catch (error) {
        throw isQuota(error) ? quotaError(error) : error;
      }
    },
    async merge(events, onProgress) {
      let [added, known] = [0, 0];
      const conflicts: string[] = [];
      try {
        for (let at = 0; at < events.length; at += MERGE_STEP) {
          onProgress?.(at);
          const some = events.slice(at, at + MERGE_STEP);
          const step = await database.transaction("rw", table, () => mergeInside(table, some));
          added += step.added;
          known += step.known;
          conflicts.push(...step.conflicts);
        }
        return { added, known, conflicts };
      } catch (error) {
        throw isQuota(error) ? quotaError(error) : error;
      } finally {
        for (const project of new Set(events.map((event) => event.project))) {
          announce({ project, change: "merge" });
        }
      }
    },
    async read(project, afterId) {
      const lower = [project, afterId ?? Dexie.minKey];
      const stored = await table
        .where("[project+id]")
        .between(lower, [project, Dexie.maxKey], afterId === undefined, true)
        .toArray();
      return stored.map(withoutTask);
    },
    onAppend(project, listener) {
      const set = listeners.get(project) ?? new Set();
      listeners.set(project, set.add(listener));
      return () => set.delete(listener);
    },
  };
}

/** Events of one transaction of a merge. */
const MERGE_STEP = 2000;

/** The events among these that are stored. Mostly none is: one look at the keys says so. */
async function storedOf(table: Table<StoredEvent, string>, events: readonly LabelEvent[]) {
  const ids = events.map(({ id }) => id).sort();
  const keys = await table.where("id").between(ids[0], ids.at(-1), true, true).primaryKeys();
  const present = new Set(keys);
  const stored = await table.bulkGet(ids.filter((id) => present.has(id)));
  return new Map(stored.flatMap((event) => (event === undefined ? [] : [[event.id, event]])));
}

async function mergeInside(
  table: Table<StoredEvent, string>,
  events: readonly LabelEvent[],
): Promise<MergeResult> {
  const known = await storedOf(table, events);
  const conflicts: string[] = [];
  const added: StoredEvent[] = [];
  events.forEach((event) => {
    const present = known.get(event.id);
    if (present === undefined) added.push(withTask(event));
    else if (JSON.stringify(sorted(withoutTask(present))) !== JSON.stringify(sorted(event))) {
      conflicts.push(event.id);
    }
  });
  await table.bulkPut(added);
  return { added: added.length, known: events.length - added.length, conflicts };
}

/** The same value with the keys of every object in order, so that texts can be compared. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (value === null || typeof value !== "object") return value;
  const entries = Object.entries(value).filter(([, inner]) => inner !== undefined);
  entries.sort(([x], [y]) => (x < y ? -1 : 1));
  return Object.fromEntries(entries.map(([key, inner]) => [key, sorted(inner)]));
}
