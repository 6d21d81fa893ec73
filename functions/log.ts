/** The ids that find a line again; never a secret, never a signed URL. */
export interface LogFields {
  readonly request?: string;
  readonly account?: string;
  readonly edit?: string;
  readonly attempt?: number;
  readonly [field: string]: string | number | boolean | null | undefined;
}

/** Writes one structured line, which Workers observability indexes by its fields. Errors are alerts: see `alerts.ts`. */
export function log(level: "info" | "warn", event: string, fields: LogFields = {}): void {
  console[level](JSON.stringify({ level, event, ...fields }));
}

/** What may be logged of an unknown error: its kind and message, without the URLs that it may quote. */
export function describeError(error: unknown): string {
  const text = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  return text.replaceAll(/https?:\/\/\S+/g, "<url>").slice(0, 500);
}
