import type { WebhookEvent } from "../../schemas/webhook-event.ts";

/** No frozen payload is larger than this, in bytes of UTF-8. Standard Webhooks recommends less than 20 kB. */
export const payloadBytes = 20_000;

const shortDetail = 300;
const shortCode = 64;
const fewWarnings = 8;

type Trimmed = NonNullable<WebhookEvent["trimmed"]>;

/**
 * An event as JSON of at most 20,000 bytes. What does not fit is shortened in a fixed order, and named in `trimmed`:
 * first the warnings (eight of them, 300 characters each), then the error's sentence (300 characters), then metadata
 * (none). Ids, status, price and outputs always stay.
 */
export function frozenPayload(event: WebhookEvent): string {
  let fitted = event;
  let text = JSON.stringify(event);
  const trimmed: Trimmed = [];
  for (const [field, trim] of trims) {
    if (byteLength(text) <= payloadBytes) break;
    const data = trim(fitted.data);
    if (data === null) continue;
    trimmed.push(field);
    fitted = { ...fitted, data, trimmed: [...trimmed] } as WebhookEvent;
    text = JSON.stringify(fitted);
  }
  return text;
}

type Data = WebhookEvent["data"];

/** How each field is shortened; null where there is nothing of it. */
const trims: readonly [Trimmed[number], (data: Data) => Data | null][] = [
  [
    "warnings",
    (data) => {
      if (data.object !== "edit" || data.warnings.length === 0) return null;
      const warnings = data.warnings.slice(0, fewWarnings).map(({ code, detail }) => ({
        code: code.slice(0, shortCode),
        detail: shorten(detail),
      }));
      return { ...data, warnings };
    },
  ],
  [
    "error",
    (data) => {
      if (data.object !== "edit" || data.error === null) return null;
      return { ...data, error: { ...data.error, detail: shorten(data.error.detail) } };
    },
  ],
  ["metadata", (data) => (data.object === "edit" ? { ...data, metadata: {} } : null)],
];

function shorten(text: string): string {
  return text.length <= shortDetail ? text : `${text.slice(0, shortDetail)}...`;
}

function byteLength(text: string): number {
  return new TextEncoder().encode(text).length;
}
