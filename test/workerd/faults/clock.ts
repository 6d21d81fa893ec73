import { vi } from "vitest";

/** A clock that the whole isolate reads. */
export interface Clock {
  /** Moves it on, by milliseconds. Alarms and queues stay with the real time. */
  advance(ms: number): void;
}

/** Takes over `Date.now` in the isolate, until mocks are restored: for the Worker, the tests, and every object that starts from now on. */
export function takeClock(): Clock {
  const real = Date.now.bind(Date);
  let ahead = 0;
  vi.spyOn(Date, "now").mockImplementation(() => real() + ahead);
  return {
    advance: (ms) => {
      ahead += ms;
    },
  };
}
