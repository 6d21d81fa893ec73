import type { SurfaceRecord } from "../../schemas/surface.ts";
import type { EditRecord } from "../account/answers.ts";
import { falWebhook } from "./fal/webhook.ts";
import { replicateWebhook } from "./replicate/webhook.ts";
import type { SurfaceWebhook } from "./surface-webhook.ts";

/** What an edit's surface sends of the edit's new status; null where it sends nothing. */
export function surfaceWebhook(surface: SurfaceRecord, record: EditRecord): SurfaceWebhook | null {
  switch (surface.name) {
    case "replicate":
      return replicateWebhook(surface, record);
    case "fal":
      return falWebhook(surface, record);
    case "openai":
    case "stability":
      return null;
    default:
      return surface satisfies never;
  }
}
