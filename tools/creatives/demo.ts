import { existsSync } from "node:fs";
import { cp, mkdir, readdir, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { z } from "zod";
import { MADE_WITH, planDemo, type DemoPlan } from "./demo-plan";
import type { Job } from "./render/jobs";
import { renderAll } from "./render/pool";

const LIMIT_BYTES = 14_000_000;
const demoManifest = z.looseObject({ made_with: z.literal(MADE_WITH) });

type Render = (jobs: readonly Job[], onProgress: (done: number) => void) => Promise<unknown>;

/** Writes public/data/demo: catalogue, queries, pairs with click logs, examples, pictures. */
export async function writeDemo(
  output: string,
  onProgress: (done: number, total: number) => void,
): Promise<Record<string, unknown>> {
  return placeDemo(output, planDemo(), onProgress);
}

/**
 * Paints a demo into a folder beside `output`, which takes its place once all of it is there and small
 * enough. Files of the old demo that are none of the generator's (first-example.json) come along.
 *
 * @param output - a folder that is not there yet, or a demo.
 * @returns the manifest; its `bytes` are those of all files of the folder but the manifest itself.
 */
export async function placeDemo(
  output: string,
  plan: DemoPlan,
  onProgress: (done: number, total: number) => void,
  render: Render = renderAll,
  limitBytes = LIMIT_BYTES,
): Promise<Record<string, unknown>> {
  if (existsSync(output) && !(await isDemo(output)))
    throw new Error(
      `placeDemo: ${output} is there and holds no manifest.json of a demo; name a new folder, or a demo to replace`,
    );
  const place = resolve(output);
  const fresh = `${place}.new-${process.pid}`;
  const old = `${place}.old-${process.pid}`;
  try {
    await mkdir(join(fresh, "images"), { recursive: true });
    if (existsSync(place)) await copyOthers(place, fresh);
    for (const [name, text] of Object.entries(plan.texts)) await writeFile(join(fresh, name), text);
    const jobs = plan.jobs.map((job) => ({ ...job, file: join(fresh, job.file) }));
    await render(jobs, (done) => onProgress(done, jobs.length));
    const bytes = await bytesIn(fresh);
    if (bytes > limitBytes)
      throw new Error(
        `placeDemo: ${bytes} bytes, more than ${limitBytes}; lower a count or a quality`,
      );
    const manifest = { ...plan.manifest, bytes };
    await writeFile(join(fresh, "manifest.json"), `${JSON.stringify(manifest, null, 2)}\n`);
    if (existsSync(place)) await rename(place, old);
    await rename(fresh, place);
    await rm(old, { recursive: true, force: true });
    return manifest;
  } catch (error) {
    await rm(fresh, { recursive: true, force: true });
    if (!existsSync(place) && existsSync(old)) await rename(old, place);
    throw error;
  }
}

/** True when the generator made this folder; any other must not be replaced. */
async function isDemo(folder: string): Promise<boolean> {
  try {
    const manifest: unknown = JSON.parse(await readFile(join(folder, "manifest.json"), "utf8"));
    return demoManifest.safeParse(manifest).success;
  } catch {
    return false;
  }
}

/** Copies all but the pictures and the manifest, which are made anew. */
async function copyOthers(from: string, to: string): Promise<void> {
  for (const name of await readdir(from))
    if (name !== "images" && name !== "manifest.json")
      await cp(join(from, name), join(to, name), { recursive: true });
}

async function bytesIn(folder: string): Promise<number> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile());
  const sizes = await Promise.all(
    files.map(async ({ parentPath, name }) => (await stat(join(parentPath, name))).size),
  );
  return sizes.reduce((sum, size) => sum + size, 0);
}
