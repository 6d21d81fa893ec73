/**
 * The published schedule of a webhook: ten tries over 75 hours, as delays in seconds from the first (Standard
 * Webhooks' example: 0, 5 s, 5 min, 30 min, 2 h, 5 h, 10 h, 14 h, 20 h, 24 h apart).
 */
export const deliveryDelays = [
  0, 5, 300, 1_800, 7_200, 18_000, 36_000, 50_400, 72_000, 86_400,
] as const;

/** Most that jitter adds to a delay, as a share of it. */
const jitterShare = 0.1;

/** The longest that all tries of a delivery take where no receiver asks for more time, in milliseconds. */
export const scheduleSpan =
  deliveryDelays.reduce<number>((sum, delay) => sum + delay, 0) * (1 + jitterShare) * 1000;

/** No receiver may push a try further away than this, in seconds. */
const longestRetryAfter = 86_400;

/**
 * When to try again after `attempts` failed tries, in milliseconds; null when the schedule is used up. `jitter` is a
 * random number in [0, 1); `retryAfter` (seconds) can only move a try further away.
 */
export function nextDeliveryAt(tried: {
  readonly attempts: number;
  readonly now: number;
  readonly retryAfter: number | null;
  readonly jitter: number;
}): number | null {
  const delay = deliveryDelays[tried.attempts];
  if (delay === undefined) return null;
  const asked = Math.min(tried.retryAfter ?? 0, longestRetryAfter);
  const seconds = Math.max(delay * (1 + jitterShare * tried.jitter), asked);
  return tried.now + Math.round(seconds * 1000);
}
