import type { DeliveryScheme } from "../../schemas/surface.ts";

/** A webhook in a surface's own form. */
export interface SurfaceWebhook {
  readonly url: string;
  readonly payload: string;
  /** How it is signed, where that is not by Standard Webhooks. */
  readonly scheme?: DeliveryScheme;
}
