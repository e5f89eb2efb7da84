import { createLazyRoute } from "@tanstack/react-router";
import { BenchmarkPage } from "@/benchmark/components/benchmark-page";

function BenchmarkRoute() {
  const { services } = Route.useRouteContext();
  const { store } = Route.useLoaderData();
  return <BenchmarkPage client={services.client} store={store} search={Route.useSearch()} />;
}

export const Route = createLazyRoute("/benchmark")({ component: BenchmarkRoute });
