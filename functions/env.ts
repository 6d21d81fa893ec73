import { z } from "@hono/zod-openapi";
import { profiles } from "../schemas/profile.ts";
import type { Keyring } from "./images/signed-url.ts";

const seconds = (fallback: number) => z.coerce.number().positive().default(fallback);
const secret = z.string().min(16, "must be a secret of at least 16 characters");
const optionalUrl = z.union([z.literal(""), z.url()]).default("");

const signingKeys = z
  .string()
  .regex(
    /^[\w-]{1,16}:[\w-]{43,}(,[\w-]{1,16}:[\w-]{43,})*$/,
    'must look like "kid:base64url of 32 bytes", newest first, separated by commas',
  )
  .transform((text): Keyring => {
    const pairs = text.split(",").map((pair) => pair.split(":") as [string, string]);
    return { current: pairs[0]?.[0] ?? "", keys: Object.fromEntries(pairs) };
  });

const pem = (what: string) =>
  z
    .string()
    .regex(
      new RegExp(`^(-----BEGIN ${what}-----[\\sA-Za-z0-9+/=]+-----END ${what}-----\\s*)*$`),
      `must be in PEM: -----BEGIN ${what}-----`,
    )
    .default("");

const shared = {
  SIGNING_KEYS: signingKeys,
  ACCOUNT_ID_SECRET: secret,
  ADMIN_SECRET: secret,
  PUBLIC_URL: optionalUrl,
  CALLBACK_URL: optionalUrl,
  PROFILE: z
    .string()
    .default("tiny")
    .refine((name) => Object.hasOwn(profiles, name), {
      error: `must be a profile of schemas/profiles.json: ${Object.keys(profiles).join(", ")}`,
    }),
  POOL_SLOTS: z.coerce.number().int().positive().default(1),
  LOCAL_LOOPBACK: z.enum(["true", "false", ""]).default("false"),
  STARTING_LEASE_SECONDS: seconds(600),
  PROCESSING_LEASE_SECONDS: seconds(120),
  EDIT_SECONDS: seconds(900),
  STREAM_SECONDS: seconds(900),
  // No more than `urlsOutlive` allows for: what a URL takes has to be there before its edit is swept.
  BODY_SECONDS: z.coerce.number().positive().max(900).default(900),
  // The bucket's S3 endpoint with its name, and a key to it, for direct uploads; without all three there are none.
  R2_S3_URL: optionalUrl,
  R2_ACCESS_KEY_ID: z.string().default(""),
  R2_SECRET_ACCESS_KEY: z.string().default(""),
  // The key that signs outputs' C2PA claims, and its certificates, its own first; without them nothing is claimed.
  C2PA_KEY: pem("PRIVATE KEY"),
  C2PA_CERTIFICATES: pem("CERTIFICATE"),
  STRIPE_WEBHOOK_SECRET: z.union([z.literal(""), secret.startsWith("whsec_")]).default(""),
  STRIPE_CURRENCY: z
    .string()
    .regex(/^[a-z]{3}$/)
    .default("usd"),
  STRIPE_MICROCREDITS_PER_UNIT: z.coerce.number().int().positive().default(10_000),
};

const Providers = z.discriminatedUnion("PROVIDER", [
  z.object({
    ...shared,
    PROVIDER: z.literal("cog"),
    COG_URL: z.url(),
    COG_CALLBACK_TOKEN: secret,
  }),
  z.object({
    ...shared,
    PROVIDER: z.literal("replicate"),
    REPLICATE_API_TOKEN: secret,
    REPLICATE_WEBHOOK_SECRET: z.string().startsWith("whsec_"),
    REPLICATE_MODEL: z
      .string()
      .regex(
        /^[\w.-]+\/[\w.-]+:[0-9a-f]{64}$/,
        'must be "owner/name:version", with the 64 digits that cog push prints',
      ),
    REPLICATE_URL: z
      .union([z.literal(""), z.url()])
      .default("")
      .transform((url) => url || "https://api.replicate.com/v1"),
  }),
]);

const Configuration = Providers.refine(
  ({ C2PA_KEY: key, C2PA_CERTIFICATES: certificates }) => (key === "") === (certificates === ""),
  { path: ["C2PA_CERTIFICATES"], error: "must be set with C2PA_KEY, and without it must not" },
);

/** The Worker's variables and secrets, parsed. */
export type Configuration = z.infer<typeof Configuration>;

/** A variable or secret is missing or wrong. The message names it, and never its value. */
export class ConfigurationError extends Error {
  readonly issues: readonly string[];

  constructor(issues: readonly string[]) {
    super(`The Worker is not configured: ${issues.join("; ")}`);
    this.name = "ConfigurationError";
    this.issues = issues;
  }
}

const parsed = new WeakMap<object, Configuration>();

/**
 * The configuration in `env`, read once for each environment object.
 *
 * @throws {ConfigurationError} naming every variable or secret that is missing or wrong.
 */
export function readConfiguration(env: object): Configuration {
  const known = parsed.get(env);
  if (known !== undefined) return known;
  const result = Configuration.safeParse(env);
  if (!result.success) {
    throw new ConfigurationError(
      result.error.issues.map((issue) => `${issue.path.join(".")}: ${issue.message}`),
    );
  }
  parsed.set(env, result.data);
  return result.data;
}
