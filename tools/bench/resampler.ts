/** Perigee's resampler against Pillow: the same picture, filter and size, one thread each. */
import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { resizeImage, type ResampleFilter } from "@/inference/images/resample";
import { createSyntheticImage } from "@/inference/images/synthetic-image";
import { formatRace, race, type Contender } from "./measure";

/** Python with Pillow: the project's environment, or the one named in PERIGEE_PYTHON. */
const PYTHON =
  process.env["PERIGEE_PYTHON"] ??
  (existsSync(".venv/bin/python") ? ".venv/bin/python" : "python3");

/** A photograph's size, to what the shipped models and SmolVLM take. */
const SOURCE = { width: 1600, height: 1200 } as const;
const SIZES: readonly { readonly filter: ResampleFilter; readonly side: number }[] = [
  { filter: "bilinear", side: 160 },
  { filter: "bicubic", side: 224 },
  { filter: "lanczos", side: 512 },
];
const REPEATS = 3;

interface Pillow {
  readonly version: string;
  /** Resizes `REPEATS` times; returns the result's SHA-256. */
  resize(filter: string, side: number): Promise<string>;
  close(): void;
}

async function startPillow(folder: string, data: Uint8Array): Promise<Pillow> {
  const path = join(folder, "source.rgb");
  await writeFile(path, data);
  const { width, height } = SOURCE;
  const args = ["tools/bench/pillow_server.py", path, String(width), String(height)];
  const child = spawn(PYTHON, args, { stdio: ["pipe", "pipe", "inherit"] });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const nextLine = async (): Promise<string> => {
    const { value, done } = await lines.next();
    if (done === true)
      throw new Error(`${PYTHON} ended; it needs Pillow (see training/README.md).`);
    return value as string;
  };
  return {
    version: await nextLine(),
    resize: async (filter, side) => {
      child.stdin.write(`${filter} ${side} ${REPEATS}\n`);
      return await nextLine();
    },
    close: () => child.stdin.end(),
  };
}

export async function benchResampler({ rounds }: { readonly rounds: number }): Promise<string> {
  const image = createSyntheticImage(SOURCE.width, SOURCE.height);
  const megabytes = (image.data.byteLength * REPEATS) / 1e6;
  const folder = await mkdtemp(join(tmpdir(), "perigee-bench-"));
  const pillow = await startPillow(folder, image.data);
  try {
    const parts: string[] = [];
    for (const { filter, side } of SIZES) {
      let ours = "";
      let theirs = "";
      const contenders: Contender[] = [
        {
          name: "perigee (JavaScript)",
          run: async () => {
            for (let index = 0; index < REPEATS; index++) {
              const { data } = resizeImage(image, side, side, filter);
              ours = createHash("sha256").update(data).digest("hex");
            }
            return megabytes;
          },
        },
        {
          name: `Pillow ${pillow.version}`,
          run: async () => {
            theirs = await pillow.resize(filter, side);
            return megabytes;
          },
        },
      ];
      const speeds = await race(contenders, rounds);
      const check = ours === theirs ? "equal to the last bit" : "DIFFERENT RESULTS";
      const title = `Resize ${SOURCE.width}×${SOURCE.height} RGB to ${side}×${side}, ${filter}; ${check}`;
      parts.push(formatRace(title, "MB/s of input", speeds));
    }
    return parts.join("\n");
  } finally {
    pillow.close();
    await rm(folder, { recursive: true });
  }
}
