import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { signUrl, type Keyring } from "../../../functions/images/signed-url.ts";
import {
  isClientToken,
  mintClientToken,
  verifyClientToken,
  type ClientClaims,
} from "../../../functions/keys/client-token.ts";

const keyring: Keyring = { current: "k1", keys: { k1: "a".repeat(43) } };
const claims: ClientClaims = {
  id: "tok_1",
  account: "u0123456789abcdef01234567",
  key: "key_1",
  endUser: "user-1",
  spendingLimit: 12_000,
  tasks: ["inpaint", "erase"],
  webhook: "https://backend.example.com/hook",
  expiresAt: 1_700_000_000_000,
};
const token = mintClientToken(keyring, claims);
const before = claims.expiresAt - 1;

describe("a client token", () => {
  it("says what it was minted with, until its time is over", () => {
    expect(isClientToken(token)).toBe(true);
    expect(verifyClientToken(keyring, token, before)).toEqual({ ok: true, value: claims });
    expect(verifyClientToken(keyring, token, claims.expiresAt)).toEqual({
      ok: false,
      problem: "expired",
    });
  });

  it("is worth nothing when any character of it is changed, or some are missing", () => {
    fc.assert(
      fc.property(
        fc.nat(token.length - 1),
        fc.constantFrom("0", "a", "Z", "_", ".", ""),
        (at, letter) => {
          const changed = token.slice(0, at) + letter + token.slice(at + 1);
          if (changed !== token) {
            expect(verifyClientToken(keyring, changed, before)).toMatchObject({
              problem: "invalid",
            });
          }
        },
      ),
      { numRuns: 2_000 },
    );
  });

  it("is invalid, and no exception, whatever is sent as one", () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 200, unit: "binary" }), (text) => {
        for (const sent of [text, `inlay_client_${text}`]) {
          expect(verifyClientToken(keyring, sent, before).ok).toBe(false);
        }
      }),
    );
  });

  it("verifies under a key that is being rotated out, and not under a removed or unknown one", () => {
    const rotated = { current: "k2", keys: { k2: "b".repeat(43), ...keyring.keys } };
    expect(verifyClientToken(rotated, token, before).ok).toBe(true);
    const removed = { current: "k2", keys: { k2: "b".repeat(43) } };
    expect(verifyClientToken(removed, token, before).ok).toBe(false);
    const prototype = token.replace(".k1.", ".__proto__.");
    expect(verifyClientToken(keyring, prototype, before).ok).toBe(false);
  });

  it("cannot be made of the signature of a URL", () => {
    const url = new URL(
      signUrl(keyring, "https://a.example", {
        ...{ purpose: "upload", method: "PUT", account: claims.account, edit: "upl_1" },
        ...{ attempt: 0, index: 0, maxBytes: 1, exp: 1 },
      } as const),
    );
    const [head] = token.split(".k1.");
    const forged = `${head}.k1.${url.searchParams.get("sig")}`;
    expect(verifyClientToken(keyring, forged, before)).toMatchObject({ problem: "invalid" });
  });
});
