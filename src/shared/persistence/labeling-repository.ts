import { Dexie } from "dexie";
import { z } from "zod";
import {
  creativeSchema,
  pairSchema,
  productSchema,
  projectSchema,
  type LabelingCreative,
  type LabelingPair,
  type LabelingProduct,
  type LabelingProject,
} from "@/domain/labeling/records";
import { createTurns } from "@/shared/lib/turn";
import { AppError } from "@/shared/lib/errors";
import { putInSteps } from "./put-in-steps";
import { createEventLog, type EventLog } from "./labeling-events";

export interface ProjectContent {
  readonly products: readonly LabelingProduct[];
  readonly creatives: readonly LabelingCreative[];
  readonly pairs: readonly LabelingPair[];
}

/** Labelling projects, what belongs to them, drafts, and the judgement log. */
export interface LabelingRepository {
  readonly log: EventLog;
  listProjects(): Promise<LabelingProject[]>;
  project(id: string): Promise<LabelingProject | undefined>;
  saveProject(project: LabelingProject): Promise<void>;
  removeProject(id: string): Promise<void>;
  content(projectId: string): Promise<ProjectContent>;
  /** Adds products and creatives; those with a known id are replaced. */
  addItems(
    projectId: string,
    products: readonly LabelingProduct[],
    creatives: readonly LabelingCreative[],
  ): Promise<void>;
  /** Appends pairs after the present ones. */
  addPairs(projectId: string, pairs: readonly LabelingPair[]): Promise<void>;
  /** Puts these pairs in the place of all present ones. */
  replacePairs(projectId: string, pairs: readonly LabelingPair[]): Promise<void>;
  counts(projectId: string): Promise<{ creatives: number; pairs: number; events: number }>;
  draft(key: string): Promise<unknown>;
  saveDraft(key: string, value: unknown): Promise<void>;
  clearDraft(key: string): Promise<void>;
  setting(key: string): Promise<unknown>;
  saveSetting(key: string, value: unknown): Promise<void>;
  folder(projectId: string): Promise<FileSystemDirectoryHandle | undefined>;
  saveFolder(projectId: string, handle: FileSystemDirectoryHandle): Promise<void>;
}

/** Records per transaction: large imports commit in steps, so that a cancel keeps what is done. */
const CHUNK = 2000;

/** Checks stored records; 100,000 of them take a second, in which the page gets its turns. */
async function parseAll<T>(
  schema: z.ZodType<T>,
  rows: readonly unknown[],
  table: string,
): Promise<T[]> {
  const out: T[] = [];
  const turns = createTurns();
  for (const row of rows) {
    const pause = turns();
    if (pause !== undefined) await pause;
    const parsed = schema.safeParse(row);
    if (!parsed.success) {
      throw new AppError(
        "schema-version",
        `${table}: a stored record does not fit this version of Perigee (${z.prettifyError(parsed.error)}). Reload the page to get the newest version.`,
      );
    }
    out.push(parsed.data);
  }
  return out;
}

/** Without the members that only the tables know. */
const storedContent = {
  product: productSchema.extend({ projectId: z.string() }),
  creative: creativeSchema.extend({ projectId: z.string() }),
  pair: pairSchema.extend({ projectId: z.string(), position: z.int() }),
};

function strip<T extends object>(row: T): Omit<T, "projectId" | "position"> {
  const {
    projectId: _project,
    position: _position,
    ...rest
  } = row as T & {
    projectId?: unknown;
    position?: unknown;
  };
  return rest as Omit<T, "projectId" | "position">;
}

/** The labelling tables of `database`. */
export function createLabelingRepository(database: Dexie): LabelingRepository {
  const table = (name: string) => database.table<Record<string, unknown>>(name);
  const ofProject = (name: string, projectId: string) =>
    table(name).where("projectId").equals(projectId);
  const everyPair = (projectId: string) =>
    table("labelPairs")
      .where("[projectId+position]")
      .between([projectId, Dexie.minKey], [projectId, Dexie.maxKey]);

  async function putChunks(name: string, rows: readonly object[]): Promise<void> {
    for (let at = 0; at < rows.length; at += CHUNK) {
      const chunk = rows.slice(at, at + CHUNK) as Record<string, unknown>[];
      await database.transaction("rw", table(name), () => putInSteps(table(name), chunk));
    }
  }

  async function addPairs(projectId: string, pairs: readonly LabelingPair[]): Promise<void> {
    await database.transaction("rw", table("labelPairs"), async () => {
      const last = await everyPair(projectId).last();
      const start = last === undefined ? 0 : (last["position"] as number) + 1;
      const rows = pairs.map((pair, at) => ({ ...pair, projectId, position: start + at }));
      await putChunks("labelPairs", rows);
    });
  }

  return {
    log: createEventLog(database),
    async listProjects() {
      const rows = await table("projects").toArray();
      const projects = await parseAll(projectSchema, rows, "projects");
      return projects.sort((x, y) => (x.createdAt < y.createdAt ? 1 : -1));
    },
    async project(id) {
      const row = await table("projects").get(id);
      return row === undefined ? undefined : (await parseAll(projectSchema, [row], "projects"))[0];
    },
    async saveProject(project) {
      await table("projects").put(projectSchema.parse(project));
    },
    async removeProject(id) {
      const names = ["projects", "labelProducts", "labelCreatives", "labelPairs", "labelEvents"];
      await database.transaction("rw", [...names, "labelFolders"], async () => {
        await table("projects").delete(id);
        await ofProject("labelProducts", id).delete();
        await ofProject("labelCreatives", id).delete();
        await everyPair(id).delete();
        await table("labelEvents")
          .where("[project+id]")
          .between([id, Dexie.minKey], [id, Dexie.maxKey])
          .delete();
        await table("labelFolders").delete(id);
      });
    },
    async content(projectId) {
      const [products, creatives, pairs] = await Promise.all([
        ofProject("labelProducts", projectId).toArray(),
        ofProject("labelCreatives", projectId).toArray(),
        everyPair(projectId).toArray(),
      ]);
      return {
        products: (await parseAll(storedContent.product, products, "products")).map(strip),
        creatives: (await parseAll(storedContent.creative, creatives, "creatives")).map(strip),
        pairs: (await parseAll(storedContent.pair, pairs, "pairs")).map(strip),
      };
    },
    async addItems(projectId, products, creatives) {
      await putChunks(
        "labelProducts",
        products.map((product) => ({ ...product, projectId })),
      );
      await putChunks(
        "labelCreatives",
        creatives.map((creative) => ({ ...creative, projectId })),
      );
    },
    addPairs,
    async replacePairs(projectId, pairs) {
      await database.transaction("rw", table("labelPairs"), async () => {
        await everyPair(projectId).delete();
        await addPairs(projectId, pairs);
      });
    },
    async counts(projectId) {
      const [creatives, pairs, events] = await Promise.all([
        ofProject("labelCreatives", projectId).count(),
        everyPair(projectId).count(),
        table("labelEvents")
          .where("[project+id]")
          .between([projectId, Dexie.minKey], [projectId, Dexie.maxKey])
          .count(),
      ]);
      return { creatives, pairs, events };
    },
    draft: async (key) => (await table("labelDrafts").get(key))?.["value"],
    saveDraft: async (key, value) => void (await table("labelDrafts").put({ key, value })),
    clearDraft: (key) => table("labelDrafts").delete(key),
    setting: async (key) => (await table("settings").get(key))?.["value"],
    saveSetting: async (key, value) => void (await table("settings").put({ key, value })),
    folder: async (projectId) =>
      (await table("labelFolders").get(projectId))?.["handle"] as
        FileSystemDirectoryHandle | undefined,
    saveFolder: async (projectId, handle) =>
      void (await table("labelFolders").put({ projectId, handle })),
  };
}
