import { createLazyRoute } from "@tanstack/react-router";
import { DataPage } from "../storage/data-page";

function DataRoute() {
  const { services } = Route.useRouteContext();
  const { database } = Route.useLoaderData();
  return <DataPage database={database} clock={services.clock} />;
}

export const Route = createLazyRoute("/data")({ component: DataRoute });
