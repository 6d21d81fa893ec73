import { refuseField, type Refusal } from "../../errors/refusal.ts";
import { err, ok, type Result } from "../../result.ts";

/** What `Cancel-After` may ask for, in seconds. */
export const cancelAfterSeconds = { least: 5, most: 3_600 } as const;

/**
 * The milliseconds of a `Cancel-After` header, such as `90`, `45s`, `1m` or `1m30s`; undefined where there is none. A
 * number without a unit is seconds.
 */
export function readCancelAfter(header: string | undefined): Result<number | undefined, Refusal> {
  if (header === undefined) return ok(undefined);
  const match = /^(?:(\d{1,6})h)?(?:(\d{1,6})m)?(?:(\d{1,6})s?)?$/.exec(header.trim());
  const [hours = 0, minutes = 0, rest = 0] = (match ?? [])
    .slice(1)
    .map((text) => Number(text ?? 0));
  const seconds = hours * 3_600 + minutes * 60 + rest;
  const { least, most } = cancelAfterSeconds;
  if (match !== null && seconds >= least && seconds <= most) return ok(seconds * 1000);
  return err(
    refuseField(
      "request_invalid",
      "/cancel-after",
      `Send Cancel-After as 5s to 1h, such as 45s or 1m30s.`,
    ),
  );
}
