import {
  createRootRouteWithContext,
  createRoute,
  createRouter,
  redirect,
} from "@tanstack/react-router";
import { parseBenchSearch } from "@/benchmark/logic/search-params";
import { parseCompareSearch } from "@/compare/logic/search-params";
import { parseLabelingSearch } from "@/labeling/logic/search-params";
import { RouteError } from "./route-error";
import { RoutePending } from "./route-pending";
import type { Services } from "./services";
import { NotFound } from "./shell/not-found";
import { Shell } from "./shell/shell";

export interface RouterContext {
  readonly services: Services;
}

const rootRoute = createRootRouteWithContext<RouterContext>()({
  component: Shell,
  notFoundComponent: NotFound,
});

const indexRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: "/",
  beforeLoad: () => redirect({ to: "/compare", throw: true }),
});

const compareRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: "/compare",
  validateSearch: parseCompareSearch,
}).lazy(() => import("./routes/compare-route").then((module) => module.Route));

const labelRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: "/label",
  validateSearch: parseLabelingSearch,
  loader: async ({ context }) => ({ database: await context.services.openDatabase() }),
}).lazy(() => import("./routes/label-route").then((module) => module.Route));

const searchRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: "/search",
  validateSearch: parseBenchSearch,
  loader: async ({ context }) => ({ store: await context.services.openBenchStore() }),
}).lazy(() => import("./routes/search-route").then((module) => module.Route));

const benchmarkRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: "/benchmark",
  validateSearch: parseBenchSearch,
  loader: async ({ context }) => ({ store: await context.services.openBenchStore() }),
}).lazy(() => import("./routes/benchmark-route").then((module) => module.Route));

const modelsRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: "/models",
}).lazy(() => import("./routes/models-route").then((module) => module.Route));

const dataRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: "/data",
  loader: async ({ context }) => ({ database: await context.services.openDatabase() }),
}).lazy(() => import("./routes/data-route").then((module) => module.Route));

const routeTree = rootRoute.addChildren([
  indexRoute,
  compareRoute,
  labelRoute,
  searchRoute,
  benchmarkRoute,
  modelsRoute,
  dataRoute,
]);

/** The application's router: every route's page is a chunk of its own. */
export function createAppRouter(services: Services) {
  return createRouter({
    routeTree,
    context: { services },
    defaultPreload: "intent",
    defaultErrorComponent: RouteError,
    defaultPendingComponent: RoutePending,
    defaultNotFoundComponent: NotFound,
    scrollRestoration: true,
  });
}

declare module "@tanstack/react-router" {
  interface Register {
    router: ReturnType<typeof createAppRouter>;
  }
}
