import { z } from "@hono/zod-openapi";
import { limits } from "./limits.ts";
import { Scope } from "./scope.ts";

const AccountId = z
  .string()
  .regex(/^[0-9A-Za-z]{25}$/)
  .openapi({ example: "w0123456789abcdefABCDEFGH" });
const KeyId = z.string().regex(/^key_[0-9a-z]{26}$/);

/** Integer micro-credits: a million of them is one credit. */
const Microcredits = z.int();

/** What an edit costs, per output: `base + steps * per_step`, times the multiplier of the image's size class. */
export const Prices = z
  .object({
    unit: z.literal("microcredit"),
    base: z.record(z.string(), Microcredits),
    per_step: Microcredits,
    size_classes: z.array(z.object({ name: z.string(), max_pixels: z.int(), multiplier: z.int() })),
  })
  .openapi("Prices");
export type Prices = z.infer<typeof Prices>;

/** How much of the service an account may use at once. */
const AccountLimits = z.object({ creates_per_minute: z.int(), unfinished_edits: z.int() });

export const Account = z
  .object({
    id: AccountId,
    object: z.literal("account"),
    status: z.enum(["active", "suspended"]),
    test: z.boolean().openapi({
      description: "Whether it is a test account: play money, and the profile `tiny`.",
    }),
    test_account: AccountId.nullable().openapi({
      description: "The test account that belongs to it; null until its first test key is made.",
    }),
    created_at: z.iso.datetime(),
    balance: z.object({
      available: Microcredits,
      reserved: Microcredits,
      unit: z.literal("microcredit"),
    }),
    low_balance: Microcredits.openapi({
      description: "Falling below it is told as the event `balance.low`.",
    }),
    limits: AccountLimits,
    suspension: z
      .object({ since: z.iso.datetime(), reason: z.string() })
      .nullable()
      .openapi({ description: "Why no edits are accepted; null while they are." }),
    prices: Prices,
  })
  .openapi("Account");
export type Account = z.infer<typeof Account>;

export const LedgerKind = z
  .enum(["grant", "reserve", "capture", "release", "refund", "adjustment", "day"])
  .openapi({ description: "`day` stands for what edits moved on a day more than 30 days ago." });
export type LedgerKind = z.infer<typeof LedgerKind>;

/** One movement of money; entries are only ever added, and old ones of edits put together by day. */
export const LedgerEntry = z
  .object({
    id: z.int(),
    object: z.literal("ledger_entry"),
    kind: LedgerKind,
    edit: z.string().nullable(),
    external_id: z.string().nullable(),
    available_change: Microcredits,
    reserved_change: Microcredits,
    available_after: Microcredits,
    reserved_after: Microcredits,
    created_at: z.iso.datetime(),
  })
  .openapi("LedgerEntry");
export type LedgerEntry = z.infer<typeof LedgerEntry>;

export const Ledger = z
  .object({ object: z.literal("list"), data: z.array(LedgerEntry), next: z.string().nullable() })
  .openapi("Ledger");

const Region = z
  .enum(["wnam", "enam", "weur", "eeur", "apac", "oc", "sam", "afr", "me"])
  .openapi({ description: "Where the account's data lives; fixed when the account is created." });
export const AccountRequest = z
  .strictObject({
    region: Region.default("weur"),
    test: z.boolean().default(false).openapi({
      description: "A test account: play money, and the profile `tiny`.",
    }),
  })
  .openapi("AccountRequest");
const keyFields = {
  name: z.string().min(1).max(80),
  scopes: z.array(Scope).min(1).max(16).optional().openapi({
    description: "What the key may be used for; without it, everything that its maker may.",
  }),
};
export const KeyRequest = z.strictObject(keyFields).openapi("KeyRequest");

/** What an account asks for when it makes a key itself. */
export const OwnKeyRequest = z
  .strictObject({
    ...keyFields,
    test: z.boolean().default(false).openapi({
      description: "A key of your test account. The keys that a test key makes always are.",
    }),
  })
  .openapi("OwnKeyRequest");

/** An API key without its secret. */
export const Key = z
  .object({
    id: KeyId,
    object: z.literal("key"),
    name: z.string(),
    display: z.string().openapi({ example: "inlay_live_w0123...x8Zk" }),
    test: z.boolean().openapi({ description: "Whether it is a key of a test account." }),
    scopes: z
      .array(Scope)
      .nullable()
      .openapi({ description: "What it may be used for; null for everything." }),
    created_at: z.iso.datetime(),
    revoked_at: z.iso.datetime().nullable(),
  })
  .openapi("Key");
export type Key = z.infer<typeof Key>;

/** A fresh API key: the only answer that ever holds the secret. */
export const IssuedKey = Key.extend({ key: z.string() }).openapi("IssuedKey");
export type IssuedKey = z.infer<typeof IssuedKey>;

const Credits = z.int().min(1).max(1_000_000_000_000);
const ExternalId = z
  .string()
  .min(1)
  .max(200)
  .openapi({ description: "A retried request with the same external id counts once." });

export const GrantRequest = z
  .strictObject({ amount: Credits, external_id: ExternalId })
  .openapi("GrantRequest");
export const RefundRequest = z
  .strictObject({ amount: Credits, external_id: ExternalId })
  .openapi("RefundRequest");
export const AdjustmentRequest = z
  .strictObject({
    amount: z.union([Credits, z.int().min(-1_000_000_000_000).max(-1)]).openapi({
      description: "More or, below zero, less; the balance never falls below zero.",
    }),
    external_id: ExternalId,
  })
  .openapi("AdjustmentRequest");

export const SuspensionRequest = z
  .strictObject({
    reason: z.string().min(1).max(500).optional().openapi({
      description: "Told to the customer with every refused request.",
    }),
  })
  .openapi("SuspensionRequest");

/** What an account may set for itself. */
export const SettingsRequest = z
  .strictObject({
    low_balance: z
      .int()
      .min(0)
      .max(1_000_000_000_000)
      .optional()
      .openapi({
        description: `Tell \`balance.low\` below this many micro-credits; ${limits.lowBalance} as usual, 0 for never.`,
      }),
  })
  .openapi("SettingsRequest");

export const LimitsRequest = z
  .strictObject({
    creates_per_minute: z
      .int()
      .min(1)
      .max(60_000)
      .optional()
      .openapi({ description: `${limits.createsPerMinute} as usual.` }),
    unfinished_edits: z
      .int()
      .min(1)
      .max(10_000)
      .optional()
      .openapi({ description: `${limits.unfinishedEdits} as usual.` }),
  })
  .openapi("LimitsRequest");

/** The secret that signs this account's webhooks (Standard Webhooks, `whsec_...`). */
export const WebhookSecret = z.object({ key: z.string() }).openapi("WebhookSecret");
