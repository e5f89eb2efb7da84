import { createLazyRoute, useRouter } from "@tanstack/react-router";
import { ComparePage } from "@/compare/components/compare-page";

function CompareRoute() {
  const { services } = Route.useRouteContext();
  const search = Route.useSearch();
  const navigate = Route.useNavigate();
  const router = useRouter();
  return (
    <ComparePage
      client={services.client}
      clock={services.clock}
      ids={services.ids}
      search={search}
      onSearchChange={(next) => {
        // The link follows the form with a delay; somebody who has left by then is not called back.
        if (router.latestLocation.pathname !== "/compare") return;
        void navigate({ search: next, replace: true });
      }}
    />
  );
}

export const Route = createLazyRoute("/compare")({ component: CompareRoute });
