import { z } from "zod";
import { opinionsKey } from "../model-opinions";
import { preferenceKey } from "../preference-head";

/** The file that makes a zip a backup of everything rather than one project's export. */
export const BACKUP_PATH = "perigee-backup.json";

/** What a backup holds, and the settings that are not part of any project. */
export const backupSchema = z.strictObject({
  schema: z.literal("perigee-backup/1"),
  created_at: z.string(),
  projects: z.array(
    z.strictObject({
      id: z.string(),
      title: z.string(),
      /** Folder of the project: its own export as a zip, and its images below `images/`. */
      folder: z.string(),
      missing_images: z.int().min(0),
    }),
  ),
  /** Keys, who labels here, what models said; by the name they are kept under. */
  settings: z.record(z.string(), z.unknown()),
});
export type BackupContent = z.infer<typeof backupSchema>;

/** Where the key settings are kept in the settings table. */
export const KEY_SETTINGS = "labeling/keys";

/** Where it is kept who labels a project in this browser. */
export function annotatorKey(projectId: string): string {
  return `labeling/annotator/${projectId}`;
}

/** Settings that go with these projects; a backup restores no others. */
export function settingKeys(projectIds: readonly string[]): string[] {
  return [
    KEY_SETTINGS,
    ...projectIds.flatMap((id) => [annotatorKey(id), opinionsKey(id), preferenceKey(id)]),
  ];
}
