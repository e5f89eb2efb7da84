import { fileURLToPath } from "node:url";
import { lingui, linguiTransformerBabelPreset } from "@lingui/vite-plugin";
import babel from "@rolldown/plugin-babel";
import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";
import { VitePWA } from "vite-plugin-pwa";

/** Cross-origin isolation: threads for WebAssembly need it; the production server sets the same. */
const ISOLATION_HEADERS = {
  "Cross-Origin-Opener-Policy": "same-origin",
  "Cross-Origin-Embedder-Policy": "require-corp",
};

/** Replaced by tools/serve.mjs with a fresh value in every response. */
const NONCE_PLACEHOLDER = "__CSP_NONCE__";

const MONTH_SECONDS = 30 * 24 * 3600;

/**
 * Offline after the first load: the application is precached; the demo data, small model files and
 * the engines' WebAssembly are kept when first used. Weights are not: inference keeps them itself.
 */
const offline = VitePWA({
  registerType: "prompt",
  injectRegister: null,
  manifest: {
    name: "Perigee",
    short_name: "Perigee",
    description: "Pick the creative that wins: compare, label, benchmark, on this device.",
    start_url: "/compare",
    display: "standalone",
    background_color: "#f4f4f4",
    theme_color: "#1f1f1f",
    icons: [
      { src: "/icon-192.png", sizes: "192x192", type: "image/png" },
      { src: "/icon-512.png", sizes: "512x512", type: "image/png" },
      { src: "/icon-512.png", sizes: "512x512", type: "image/png", purpose: "maskable" },
      { src: "/favicon.svg", sizes: "any", type: "image/svg+xml" },
    ],
  },
  workbox: {
    globPatterns: ["**/*.{js,mjs,css,html,svg,woff2}", "icon-*.png"],
    globIgnores: ["data/**", "models/**"],
    maximumFileSizeToCacheInBytes: 4_000_000,
    navigateFallback: "/index.html",
    navigateFallbackDenylist: [/^\/(data|models|assets)\//],
    cleanupOutdatedCaches: true,
    runtimeCaching: [
      {
        urlPattern: ({ url, sameOrigin }) =>
          sameOrigin && (url.pathname.endsWith(".wasm") || url.pathname.startsWith("/assets/")),
        handler: "CacheFirst",
        options: {
          cacheName: "perigee-engines",
          expiration: { maxEntries: 40, maxAgeSeconds: MONTH_SECONDS },
        },
      },
      {
        urlPattern: ({ url, sameOrigin, request }) =>
          sameOrigin &&
          !request.headers.has("range") &&
          (url.pathname.startsWith("/data/") ||
            (url.pathname.startsWith("/models/") &&
              (!url.pathname.endsWith(".safetensors") || url.pathname.includes("/stages/")))),
        handler: "NetworkFirst",
        options: {
          cacheName: "perigee-data",
          networkTimeoutSeconds: 5,
          expiration: { maxEntries: 4000, maxAgeSeconds: MONTH_SECONDS },
        },
      },
    ],
  },
});

export default defineConfig({
  plugins: [react(), lingui(), babel({ presets: [linguiTransformerBabelPreset()] }), offline],
  resolve: {
    alias: {
      "@": fileURLToPath(new URL("./src", import.meta.url)),
      "@tools": fileURLToPath(new URL("./tools", import.meta.url)),
    },
  },
  // Found while tests already run, each of these would reload the page under them.
  optimizeDeps: {
    include: [
      "@lingui/core",
      "@lingui/react",
      "@mantine/charts",
      "@mantine/core",
      "@mantine/dropzone",
      "@mantine/hooks",
      "@mantine/notifications",
      "@tabler/icons-react",
      "@tanstack/react-query",
      "@tanstack/react-router",
      "@tanstack/react-virtual",
      "dexie",
      "react",
      "react-dom",
      "react-dom/client",
      "react-markdown",
      "zod",
      "zustand",
      "zustand/vanilla",
    ],
  },
  worker: { format: "es" },
  html: { cspNonce: NONCE_PLACEHOLDER },
  server: { headers: ISOLATION_HEADERS },
  preview: { headers: ISOLATION_HEADERS },
  build: { target: "es2023", sourcemap: true, manifest: true, assetsInlineLimit: 0 },
});
