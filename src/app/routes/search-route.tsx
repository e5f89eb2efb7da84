import { createLazyRoute } from "@tanstack/react-router";
import { useCallback } from "react";
import { SearchPage } from "@/benchmark/components/search-page";
import type { BenchSearch } from "@/benchmark/logic/search-params";

function SearchRoute() {
  const { services } = Route.useRouteContext();
  const { store } = Route.useLoaderData();
  const navigate = Route.useNavigate();
  const changeSearch = useCallback(
    (search: BenchSearch) => void navigate({ search, replace: true }),
    [navigate],
  );
  return (
    <SearchPage
      client={services.client}
      store={store}
      search={Route.useSearch()}
      onSearchChange={changeSearch}
    />
  );
}

export const Route = createLazyRoute("/search")({ component: SearchRoute });
