import { createLazyRoute } from "@tanstack/react-router";
import { ModelsPage } from "../models/models-page";

function ModelsRoute() {
  const { services } = Route.useRouteContext();
  return <ModelsPage client={services.client} />;
}

export const Route = createLazyRoute("/models")({ component: ModelsRoute });
