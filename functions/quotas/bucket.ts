/** What a token bucket holds at a moment. */
export interface Level {
  /** How many may be taken at once. */
  readonly remaining: number;
  /** Milliseconds until the bucket is full again. */
  readonly fullIn: number;
  /** Milliseconds until at least one may be taken; 0 when one may be taken now. */
  readonly nextIn: number;
}

/**
 * A token bucket that holds `perMinute` tokens and fills at that rate. Its whole state is the moment at which it will be
 * full, so that nothing has to run for it to fill: microseconds since the epoch, a whole number, since a rate's step is
 * rarely whole milliseconds. Any past moment is a full bucket. `now` is in milliseconds.
 *
 * A clock that was set back never empties it further than an empty bucket, as long as the state of each try is kept.
 */
export function levelOf(perMinute: number, fullAt: number, now: number): Level {
  const { step, held, missing } = inside(perMinute, fullAt, now);
  return {
    remaining: Math.floor(held / step),
    fullIn: missing / 1000,
    nextIn: Math.max(0, step - held) / 1000,
  };
}

/** Tries to take one token: whether there was one, and the bucket's state after it. */
export function takeToken(
  perMinute: number,
  fullAt: number,
  now: number,
): { readonly taken: boolean; readonly fullAt: number } {
  const { step, held, missing } = inside(perMinute, fullAt, now);
  const taken = held >= step;
  return { taken, fullAt: now * 1000 + missing + (taken ? step : 0) };
}

function inside(perMinute: number, fullAt: number, now: number) {
  const step = Math.ceil(60_000_000 / perMinute);
  const size = step * perMinute;
  const missing = Math.min(Math.max(fullAt - now * 1000, 0), size);
  return { step, held: size - missing, missing };
}
