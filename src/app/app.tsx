import type { I18n } from "@lingui/core";
import { I18nProvider } from "@lingui/react";
import { MantineProvider } from "@mantine/core";
import { Notifications } from "@mantine/notifications";
import { QueryClientProvider } from "@tanstack/react-query";
import { RouterProvider } from "@tanstack/react-router";
import { StrictMode } from "react";
import { styleNonce } from "./nonce";
import type { createAppRouter } from "./router";
import type { Services } from "./services";
import { resolveVariables, theme } from "./theme";

/** The providers around the router. */
export function App({
  services,
  i18n,
  router,
}: {
  readonly services: Services;
  readonly i18n: I18n;
  readonly router: ReturnType<typeof createAppRouter>;
}) {
  return (
    <StrictMode>
      <I18nProvider i18n={i18n}>
        <MantineProvider
          theme={theme}
          cssVariablesResolver={resolveVariables}
          defaultColorScheme="auto"
          getStyleNonce={styleNonce}
        >
          <QueryClientProvider client={services.queryClient}>
            <Notifications position="bottom-right" limit={4} />
            <RouterProvider router={router} />
          </QueryClientProvider>
        </MantineProvider>
      </I18nProvider>
    </StrictMode>
  );
}
