import { unitPrice } from "../../account/price.ts";
import type { Choices } from "./edit-request.ts";
import { grown } from "./margins.ts";
import type { Size } from "./view.ts";

/** What an edit will cost at most, in micro-credits, by the service's own price function. */
export function estimate(
  { task, steps, n, margins }: Pick<Choices, "task" | "steps" | "n" | "margins">,
  picture: Size,
): number {
  const size = task === "outpaint" ? grown(picture, margins) : picture;
  return unitPrice({ task, steps }, size) * n;
}
