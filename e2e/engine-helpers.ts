import { expect, type Page } from "@playwright/test";

const NAMES = { webgpu: "WebGPU", wasm: "WebAssembly" } as const;
export type Engine = keyof typeof NAMES;

/** A software adapter compiles the self-test's shaders on the cores that everything else uses. */
const TESTED_MS = 120_000;

/** The engine in use, as the bar at the top names it. */
export async function expectEngine(page: Page, engine: Engine): Promise<void> {
  await expect(page.getByRole("button", { name: `Device: ${NAMES[engine]}` })).toBeVisible({
    timeout: TESTED_MS,
  });
}

/** Chooses the engine on the models page, where it tests itself first; the choice holds over reloads. */
export async function chooseEngine(page: Page, engine: Engine): Promise<void> {
  await page.goto("/models");
  const radio = page.getByRole("radio", { name: NAMES[engine] });
  // Not `check`: the mark follows the choice a moment later.
  await radio.click({ timeout: TESTED_MS });
  await expectEngine(page, engine);
  await expect(radio).toBeChecked();
}
