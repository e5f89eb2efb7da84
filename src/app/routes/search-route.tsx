import { createLazyRoute } from "@tanstack/react-router";
import { SearchPage } from "@/benchmark/components/search-page";

function SearchRoute() {
  const { services } = Route.useRouteContext();
  const { store } = Route.useLoaderData();
  const navigate = Route.useNavigate();
  return (
    <SearchPage
      client={services.client}
      store={store}
      search={Route.useSearch()}
      onSearchChange={(search) => void navigate({ search, replace: true })}
    />
  );
}

export const Route = createLazyRoute("/search")({ component: SearchRoute });
