import { registerSW } from "virtual:pwa-register";

/**
 * Keeps the application in the browser, so that it opens without a network. An update waits until
 * every tab of the old version is closed: it never replaces code under running work.
 */
export function registerOfflineCache(): void {
  if (import.meta.env.PROD) registerSW({ immediate: true });
}
