import { createStore, type StoreApi } from "zustand/vanilla";
import type { LabelEvent } from "@/domain/labeling/events";
import { applyEvent, foldEvents } from "@/domain/labeling/label-state";
import type { LabelState } from "@/domain/labeling/label-state";
import type {
  LabelingCreative,
  LabelingPair,
  LabelingProduct,
  LabelingProject,
} from "@/domain/labeling/records";
import type { LabelingRepository } from "@/shared/persistence/labeling-repository";

/** One project with everything in it. `state` changes in place; `revision` says that it did. */
export interface OpenProject {
  readonly project: LabelingProject;
  readonly products: ReadonlyMap<string, LabelingProduct>;
  readonly creatives: ReadonlyMap<string, LabelingCreative>;
  readonly pairs: readonly LabelingPair[];
  readonly pairsById: ReadonlyMap<string, LabelingPair>;
  readonly state: LabelState;
  readonly revision: number;
}

export interface ProjectHandle {
  readonly store: StoreApi<OpenProject>;
  readonly repository: LabelingRepository;
  /** Appends an event; resolves when it is on disk and in the state. */
  append<E extends LabelEvent>(event: E): Promise<E>;
  /**
   * Changes the project's settings. `change` gets what is stored now: another tab may have saved
   * since this one read it.
   */
  changeProject(change: (stored: LabelingProject) => LabelingProject): Promise<void>;
  /** Reads products, creatives and pairs again after an import or a new set of pairs. */
  reloadContent(): Promise<void>;
  close(): void;
}

function mapById<T extends { readonly id: string }>(items: readonly T[]): ReadonlyMap<string, T> {
  return new Map(items.map((item) => [item.id, item]));
}

/** Products, creatives and pairs of a project, by their ids. */
export async function readContent(repository: LabelingRepository, id: string) {
  const { products, creatives, pairs } = await repository.content(id);
  return {
    products: mapById(products),
    creatives: mapById(creatives),
    pairs,
    pairsById: mapById(pairs),
  };
}

/**
 * Reads a project and follows its log, also when another tab writes.
 *
 * @returns undefined when this browser has no such project: it was erased, or the address is from
 *   another browser.
 */
export async function openProject(
  repository: LabelingRepository,
  id: string,
): Promise<ProjectHandle | undefined> {
  const project = await repository.project(id);
  if (project === undefined) return undefined;
  const content = await readContent(repository, id);
  const events = await repository.log.read(id);
  const store = createStore<OpenProject>()(() => ({
    project,
    ...content,
    state: foldEvents(events),
    revision: 0,
  }));

  const bump = (state: LabelState) =>
    store.setState((before) => ({ state, revision: before.revision + 1 }));

  /** Somebody new in the log was entered in another tab: their name is in the stored project. */
  async function meetAnnotators(news: readonly LabelEvent[]): Promise<void> {
    const known = new Set(store.getState().project.annotators.map((person) => person.id));
    if (news.every(({ annotator }) => known.has(annotator))) return;
    const stored = await repository.project(id);
    if (stored === undefined) return;
    const { project: current } = store.getState();
    const { annotators } = stored;
    if (annotators.length !== known.size) store.setState({ project: { ...current, annotators } });
  }

  /** Brings the state up to the log; one flight at a time, another one if something came meanwhile. */
  let flight: Promise<void> | undefined;
  let isStale = false;
  let needsRefold = false;
  async function catchUp(): Promise<void> {
    do {
      isStale = false;
      const refold = needsRefold;
      needsRefold = false;
      const { state } = store.getState();
      const news = await repository.log.read(id, refold ? undefined : state.lastId || undefined);
      await meetAnnotators(news);
      if (refold) bump(foldEvents(news));
      else if (news.length > 0) {
        const inOrder = news.every((event) => applyEvent(state, event));
        bump(inOrder ? state : foldEvents([...state.events.values(), ...news]));
      }
    } while (isStale);
  }
  const follow = (): Promise<void> => {
    isStale = true;
    flight ??= catchUp().finally(() => {
      flight = undefined;
    });
    return flight;
  };
  const stop = repository.log.onAppend(id, (change) => {
    if (change === "merge") needsRefold = true;
    // A failed read leaves the state as it is; the next event or reload tries again.
    follow().catch(() => undefined);
  });

  return {
    store,
    repository,
    async append(event) {
      const stored = await repository.log.append(event);
      // Read back rather than applied at once: another tab's event may lie in between. The log has
      // told of the event by now, so the reading under way brings it; a second one would keep the
      // next pair waiting.
      await flight;
      return stored;
    },
    async changeProject(change) {
      const stored = (await repository.project(id)) ?? store.getState().project;
      const changed = change(stored);
      await repository.saveProject(changed);
      store.setState({ project: changed });
    },
    async reloadContent() {
      const [again, fresh] = await Promise.all([
        repository.project(id),
        readContent(repository, id),
      ]);
      store.setState((before) => ({
        ...fresh,
        project: again ?? before.project,
        revision: before.revision + 1,
      }));
    },
    close: stop,
  };
}
