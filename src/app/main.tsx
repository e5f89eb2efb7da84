import "@/shared/lib/strict-policy";
import "@fontsource-variable/inter/wght.css";
import "@mantine/core/styles.css";
import "@mantine/notifications/styles.css";
import "./styles/tokens.css";
import "./styles/global.css";
import { createRoot } from "react-dom/client";
import { App } from "./app";
import { createServices } from "./create-services";
import { activateLocale, createI18n, detectLocale, isLocale } from "./i18n";
import { registerOfflineCache } from "./offline";
import { publishStyleNonce } from "./nonce";
import { createAppRouter } from "./router";

async function start(): Promise<void> {
  publishStyleNonce();
  const services = createServices();
  const i18n = createI18n();
  const kept = services.preferences.read("locale");
  await activateLocale(i18n, isLocale(kept) ? kept : detectLocale(navigator.languages));
  const root = document.querySelector("#root");
  if (root === null) throw new Error("main: index.html has no #root");
  createRoot(root).render(
    <App services={services} i18n={i18n} router={createAppRouter(services)} />,
  );
  registerOfflineCache();
}

void start();
