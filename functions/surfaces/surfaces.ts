import { falRoutes } from "./fal/routes.ts";
import { openAiRoutes } from "./openai/routes.ts";
import { replicateRoutes } from "./replicate/routes.ts";
import { stabilityRoutes } from "./stability/routes.ts";
import type { SurfaceRoute } from "./surface-route.ts";

/** The routes of every compatible surface. */
export const surfaces: readonly (readonly SurfaceRoute[])[] = [
  replicateRoutes,
  openAiRoutes,
  falRoutes,
  stabilityRoutes,
];
