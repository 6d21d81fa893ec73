import { readConfiguration } from "../env.ts";
import type { AppContext } from "./app-env.ts";

/** Where customers reach this deployment: as configured, or as this request did. No trailing slash. */
export function originOf(c: AppContext): string {
  return readConfiguration(c.env).PUBLIC_URL.replace(/\/$/, "") || new URL(c.req.url).origin;
}
