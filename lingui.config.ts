import { defineConfig } from "@lingui/cli";
import { formatter } from "@lingui/format-po";

/** The folders under src/ that show text; each has catalogues of its own. */
const FEATURES = ["app", "shared", "compare", "labeling", "benchmark"];

export default defineConfig({
  sourceLocale: "en",
  locales: ["en", "zh-Hans"],
  catalogs: FEATURES.map((name) => ({
    path: `<rootDir>/src/${name}/locales/{locale}/messages`,
    include: [`<rootDir>/src/${name}/`],
    exclude: ["**/*.test.*"],
  })),
  format: formatter({ lineNumbers: false }),
});
