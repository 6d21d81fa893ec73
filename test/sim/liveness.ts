import { scheduleSpan } from "../../functions/deliver/schedule.ts";
import type { World } from "./world.ts";

interface DeliveryRow extends Record<string, string | number> {
  id: string;
  edit: string;
  event: string;
  url: string;
  status: string;
  attempts: number;
  waited: number;
}

/** Two clocks, each up to ten minutes off. */
const skew = 2 * 600_000;

function rows(world: World, where: string): DeliveryRow[] {
  return [...world.accounts.values()].flatMap(({ storage }) =>
    storage.exec<DeliveryRow>(
      `SELECT id, edit, event, url, status, attempts,
         coalesce(completed_at, created_at) - created_at AS waited FROM deliveries WHERE ${where}`,
    ),
  );
}

/** What has to have come to an end once faults have stopped for long enough; each names what has not. */
export const stuck = {
  edits: (world: World): string[] =>
    [...world.witness.accounts.values()].flatMap(({ open }) => [...open]),

  /** Whether any delivery is still to be tried. */
  delivering: (world: World): boolean =>
    [...world.accounts.values()].some(
      ({ storage }) =>
        storage.exec("SELECT 1 FROM deliveries WHERE status = 'pending' LIMIT 1").length > 0,
    ),

  deliveries: (world: World): string[] => rows(world, "status = 'pending'").map(({ id }) => id),

  /**
   * Ends of edits whose receiver was not told, and did not refuse for good, and was neither tried ten times nor away for
   * as long as the whole schedule.
   */
  events: (world: World): string[] => {
    const known = rows(world, "true");
    const wrong = known.filter(({ url, event, status, attempts, waited }) => {
      const receiver = world.receivers.get(new URL(url).hostname);
      if (receiver === undefined) return true;
      if (status === "delivered") return !receiver.taken.has(event);
      const used = attempts >= 10 || waited >= scheduleSpan - skew;
      return !receiver.refused.has(event) && !used;
    });
    const announced = new Set(known.map(({ edit }) => edit));
    const silent = [...world.witness.edits.values()].filter(
      ({ id, webhook, ended }) => ended !== null && webhook !== null && !announced.has(id),
    );
    return [...wrong.map(({ id }) => id), ...silent.map(({ id }) => id)];
  },
};
