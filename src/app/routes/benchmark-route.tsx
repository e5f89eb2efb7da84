import { createLazyRoute } from "@tanstack/react-router";
import { useCallback } from "react";
import { BenchmarkPage } from "@/benchmark/components/benchmark-page";
import type { BenchSearch } from "@/benchmark/logic/search-params";

function BenchmarkRoute() {
  const { services } = Route.useRouteContext();
  const { store } = Route.useLoaderData();
  const navigate = Route.useNavigate();
  const changeSearch = useCallback(
    (search: BenchSearch) => void navigate({ search, replace: true }),
    [navigate],
  );
  return (
    <BenchmarkPage
      client={services.client}
      store={store}
      search={Route.useSearch()}
      onSearchChange={changeSearch}
    />
  );
}

export const Route = createLazyRoute("/benchmark")({ component: BenchmarkRoute });
