import { spans, type AccountContext } from "./context.ts";

/** A signing secret and the one before it, which signs as well until `until` (milliseconds). */
export interface SecretRow {
  readonly secret: string;
  readonly previous_secret: string | null;
  readonly previous_until: number | null;
}

/** The secrets that a delivery is signed with now, newest first. */
export function secretsInForce(row: SecretRow, now: number): string[] {
  const { secret, previous_secret: previous, previous_until: until } = row;
  return previous === null || until === null || until <= now ? [secret] : [secret, previous];
}

/** The secret that signs for edits' own webhooks. */
export function defaultSecret(context: AccountContext): SecretRow {
  const [row] = context.storage.exec<{
    secret: string;
    previous_secret: string | null;
    previous_until: number | null;
  }>(
    `SELECT webhook_secret AS secret, previous_webhook_secret AS previous_secret,
       previous_webhook_secret_until AS previous_until FROM account`,
  );
  if (row === undefined) throw new Error("the account row is missing");
  return row;
}

/** Replaces the account's own secret; the one before signs for another 24 hours. Returns when that ends. */
export function rotateDefaultSecret(context: AccountContext, secret: string): number {
  const until = context.now() + spans.previousSecret;
  context.storage.exec(
    `UPDATE account SET previous_webhook_secret = webhook_secret, previous_webhook_secret_until = ?,
       webhook_secret = ?`,
    until,
    secret,
  );
  return until;
}

/** Replaces an endpoint's secret in the same way. */
export function rotateEndpointSecret(
  context: AccountContext,
  endpoint: string,
  secret: string,
): number {
  const until = context.now() + spans.previousSecret;
  context.storage.exec(
    "UPDATE endpoints SET previous_secret = secret, previous_until = ?, secret = ? WHERE id = ?",
    until,
    secret,
    endpoint,
  );
  return until;
}
