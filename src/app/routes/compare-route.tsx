import { createLazyRoute } from "@tanstack/react-router";
import { ComparePage } from "@/compare/components/compare-page";

function CompareRoute() {
  const { services } = Route.useRouteContext();
  const search = Route.useSearch();
  const navigate = Route.useNavigate();
  return (
    <ComparePage
      client={services.client}
      clock={services.clock}
      ids={services.ids}
      search={search}
      onSearchChange={(next) => void navigate({ search: next, replace: true })}
    />
  );
}

export const Route = createLazyRoute("/compare")({ component: CompareRoute });
