import type { WorkMessage } from "../../schemas/work-message.ts";
import {
  closed,
  longFailing,
  next,
  vacancies,
  type BreakerEvent,
  type BreakerState,
} from "../deliver/breaker.ts";
import type { AccountContext } from "./context.ts";
import type { SqlValue } from "./storage.ts";

interface LaneRow extends Record<string, SqlValue> {
  failures: number;
  probe_at: number | null;
  wake_at: number | null;
}

/** How long a delivery that was called up may be lost before it is due again, in milliseconds. */
const again = 30_000;

/**
 * Whether a try may begin in its lane: the breaker of an endpoint, or of the address that edits were given. A delivery
 * that may not is parked (`next_at` null) until the lane calls it up, which is due itself for as long as somebody waits.
 */
export function enterLane(context: AccountContext, lane: string, delivery: string): boolean {
  const now = context.now();
  const { state, verdict } = next(laneState(context, lane), {
    type: "asked",
    now,
    inFlight: inFlight(context, lane),
  });
  if (verdict === null) throw new Error("the breaker gave no verdict");
  if ("admitted" in verdict) {
    if (state.probeAt !== null) saveLane(context, lane, state, null);
    return true;
  }
  context.storage.exec(
    "UPDATE deliveries SET next_at = NULL, leased_until = NULL WHERE id = ?",
    delivery,
  );
  saveLane(context, lane, state, verdict.waitUntil);
  return false;
}

/** Tells a lane what came of a try; returns those whom it calls up next. */
export function leaveLane(
  context: AccountContext,
  lane: string,
  event: Extract<BreakerEvent, { type: "answered" | "failed" }>,
): WorkMessage[] {
  const before = findLane(context, lane);
  // Nobody waits in a lane of which nothing is kept.
  if (before === undefined && event.type === "answered") return [];
  const { state } = next(stateOf(before), event);
  if (event.type === "failed" && state.failures === longFailing) {
    const endpoint = lane.startsWith("whe_") ? lane : undefined;
    context.raise("webhook.blocked", { account: context.account, endpoint });
  }
  saveLane(context, lane, state, null);
  return callUp(context, lane);
}

/** Lets whoever asks next go ahead as the lane's probe: by hand, nobody waits for it. */
export function hurryLane(context: AccountContext, lane: string): void {
  const row = findLane(context, lane);
  if (row === undefined) return;
  saveLane(context, lane, next(stateOf(row), { type: "hurried", now: context.now() }).state, null);
}

/** Forgets the failures of a lane; whoever waits in it is due at once. */
export function resetLane(context: AccountContext, lane: string): void {
  saveLane(context, lane, closed, context.now());
}

/** When a lane that has been failing may be tried again; null where it may be now. */
export function probeAt(context: AccountContext, lane: string | null): number | null {
  return lane === null ? null : laneState(context, lane).probeAt;
}

/** Calls up whoever may be tried now in every lane that is due. */
export function callUpDue(context: AccountContext, limit: number): WorkMessage[] {
  return context.storage
    .exec<{ lane: string }>(
      "SELECT lane FROM lanes WHERE wake_at <= ? ORDER BY wake_at LIMIT ?",
      context.now(),
      limit,
    )
    .flatMap(({ lane }) => callUp(context, lane));
}

/**
 * Calls up as many of those who wait as the lane has room for, the oldest first, so that each keeps to its own schedule
 * as far as it can. A lane in which nothing is pending is forgotten.
 */
export function callUp(context: AccountContext, lane: string): WorkMessage[] {
  const now = context.now();
  const state = laneState(context, lane);
  const called = context.storage.exec<{ id: string }>(
    `UPDATE deliveries SET next_at = ? WHERE id IN (SELECT id FROM deliveries
       WHERE lane = ? AND status = 'pending' AND next_at IS NULL ORDER BY id LIMIT ?) RETURNING id`,
    now + again,
    lane,
    vacancies(state, now, inFlight(context, lane)),
  );
  const some = (which: string) =>
    context.storage.exec(
      `SELECT 1 FROM deliveries WHERE lane = ? AND status = 'pending' ${which} LIMIT 1`,
      lane,
    ).length > 0;
  if (some("AND next_at IS NULL")) {
    const wakeAt = Math.max(state.probeAt ?? 0, now + again);
    context.storage.exec("UPDATE lanes SET wake_at = ? WHERE lane = ?", wakeAt, lane);
  } else if (some("")) {
    context.storage.exec("UPDATE lanes SET wake_at = NULL WHERE lane = ?", lane);
  } else {
    context.storage.exec("DELETE FROM lanes WHERE lane = ?", lane);
  }
  return called.map(({ id }) => ({
    v: 1,
    type: "deliver",
    account: context.account,
    delivery: id,
  }));
}

function laneState(context: AccountContext, lane: string): BreakerState {
  return stateOf(findLane(context, lane));
}

function findLane(context: AccountContext, lane: string): LaneRow | undefined {
  return context.storage.exec<LaneRow>("SELECT * FROM lanes WHERE lane = ?", lane)[0];
}

function stateOf(row: LaneRow | undefined): BreakerState {
  return row === undefined ? closed : { failures: row.failures, probeAt: row.probe_at };
}

function inFlight(context: AccountContext, lane: string): number {
  const [row] = context.storage.exec<{ count: number }>(
    "SELECT count(*) AS count FROM deliveries WHERE lane = ? AND status = 'pending' AND leased_until > ?",
    lane,
    context.now(),
  );
  return row?.count ?? 0;
}

/** Keeps the lane's state, due at `wakeAt` (milliseconds) at the latest; null leaves that as it was. */
function saveLane(
  context: AccountContext,
  lane: string,
  state: BreakerState,
  wakeAt: number | null,
): void {
  context.storage.exec(
    `INSERT INTO lanes (lane, failures, probe_at, wake_at) VALUES (?1, ?2, ?3, ?4)
     ON CONFLICT (lane) DO UPDATE SET failures = ?2, probe_at = ?3,
       wake_at = coalesce(min(wake_at, ?4), ?4, wake_at)`,
    lane,
    state.failures,
    state.probeAt,
    wakeAt,
  );
}
