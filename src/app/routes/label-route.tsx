import { createLazyRoute } from "@tanstack/react-router";
import { LabelingPage } from "@/labeling/components/labeling-page";

function LabelRoute() {
  const { services } = Route.useRouteContext();
  const { database } = Route.useLoaderData();
  const navigate = Route.useNavigate();
  return (
    <LabelingPage
      client={services.client}
      database={database}
      blobs={services.blobs}
      clock={services.clock}
      newId={services.ids}
      search={Route.useSearch()}
      onNavigate={(search) => void navigate({ search })}
    />
  );
}

export const Route = createLazyRoute("/label")({ component: LabelRoute });
