/** Benchmarks that run in Chromium: operations recorded on WebGPU, vision towers on wasm and WebGPU. */
import type * as InPage from "./in-page";
import { withBlankPage } from "./browser-page";
import { decoderTitle } from "./decoder-race";
import { formatRace } from "./measure";
import type { BenchOptions } from "./node-bench";

const IN_PAGE = "/tools/bench/in-page.ts";
/** The first repetitions compile and fill the buffer pool. */
const WARM_UP = 3;

export async function benchOperations({ folder, rounds }: BenchOptions): Promise<string> {
  return await withBlankPage(folder, async (page, browser) => {
    const { adapter, times } = await page.evaluate(
      async ([path, repeats]) => {
        const bench = (await import(path)) as typeof InPage;
        return await bench.operations(repeats);
      },
      [IN_PAGE, rounds + WARM_UP] as const,
    );
    const sorted = times.slice(WARM_UP).toSorted((a, b) => a - b);
    const middle = sorted[Math.floor(sorted.length / 2)]!;
    return (
      `Recording one operation on webgpu, CPU time of the calling thread; ${browser}, ${adapter}\n` +
      `  ${middle.toFixed(1)} µs (${sorted[0]!.toFixed(1)} to ${sorted.at(-1)!.toFixed(1)}), ` +
      `${sorted.length} repetitions of 200 operations`
    );
  });
}

async function benchTower(
  { folder, rounds }: BenchOptions,
  model: string,
  batch: number,
  device: "wasm" | "webgpu",
): Promise<string> {
  return await withBlankPage(folder, async (page, browser) => {
    const { speeds, worst } = await page.evaluate(
      async ([path, ...options]) => {
        const bench = (await import(path)) as typeof InPage;
        return await bench.vision(...options);
      },
      [IN_PAGE, model, batch, rounds, device] as const,
    );
    const errors = worst.map((error) => error.toExponential(1)).join(", ");
    const title = `Vision tower ${model}, ${device}, batch ${batch}, float32, ${browser}; max |Δ| ${errors}`;
    return formatRace(title, "images/s", speeds);
  });
}

export async function benchWasm(options: BenchOptions): Promise<string> {
  return await benchTower(options, "siglip-s16", 1, "wasm");
}

/** Of the shipped selector's text model, and of one ten times as large. */
const DECODERS = ["llama-nano", "llama-30m"] as const;

export async function benchWebDecoder({ folder, rounds }: BenchOptions): Promise<string> {
  const lines: string[] = [];
  for (const model of DECODERS) {
    lines.push(
      await withBlankPage(folder, async (page, browser) => {
        const result = await page.evaluate(
          async ([path, ...options]) => {
            const bench = (await import(path)) as typeof InPage;
            return await bench.decoder(...options);
          },
          [IN_PAGE, model, rounds] as const,
        );
        const title = decoderTitle(`${model}, wasm, ${browser}`, result);
        return formatRace(title, "tokens/s", result.speeds);
      }),
    );
  }
  return lines.join("\n");
}

export async function benchWebGpu(options: BenchOptions): Promise<string> {
  return await benchTower(options, "siglip-nano", 2, "webgpu");
}
