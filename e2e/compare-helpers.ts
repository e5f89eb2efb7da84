import { expect, type Page } from "@playwright/test";
import { open } from "./fixtures";

/** Opens an example and waits until its pictures and the model's name are there. */
export async function openExample(page: Page, id: string): Promise<void> {
  await open(page, `/compare?example=${id}`);
  await expect(page.getByRole("img", { name: /^A: / })).toBeVisible();
  // The first answer of the worker comes after its self-test.
  await expect(page.getByRole("button", { name: /^Compare/ })).toBeEnabled({ timeout: 120_000 });
}

/** A software graphics processor on a busy machine writes about one token in a second. */
export const VERDICT_MS = 480_000;

/** The headline of a finished comparison. */
export async function verdict(page: Page): Promise<void> {
  await expect(page.getByRole("heading", { name: /would be clicked more often/ })).toBeVisible({
    timeout: VERDICT_MS,
  });
}
