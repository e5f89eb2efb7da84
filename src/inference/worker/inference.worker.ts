/** Entry of the inference worker. */
import "@/shared/lib/strict-policy";
import { createBrowserEnvironment } from "./browser-environment";
import { createHandlers } from "./create-handlers";
import { serve } from "./serve";

serve(globalThis as unknown as Worker, createHandlers(createBrowserEnvironment()));
