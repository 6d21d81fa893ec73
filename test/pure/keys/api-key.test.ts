import { webcrypto } from "node:crypto";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  isGenuineAccountId,
  kindOf,
  mintAccountId,
  regionOf,
} from "../../../functions/keys/account-id.ts";
import {
  displayOf,
  hashApiKey,
  mintApiKey,
  parseApiKey,
  sameHash,
} from "../../../functions/keys/api-key.ts";
import { newId } from "../../../functions/keys/ids.ts";

const random = (into: Uint8Array<ArrayBuffer>) => webcrypto.getRandomValues(into);
const secret = "an account id secret";

describe.each([
  ["live", /^inlay_live_u[0-9A-Za-z]{24}_[0-9A-Za-z]{36}$/],
  ["test", /^inlay_test_U[0-9A-Za-z]{24}_[0-9A-Za-z]{36}$/],
] as const)("an API key of a %s account", (kind, shape) => {
  const account = mintAccountId(secret, "weur", random, kind);
  const key = mintApiKey(account, random);

  it("names its account and the scanners' prefix", () => {
    expect(key).toMatch(shape);
    expect(parseApiKey(key)).toEqual({ account });
  });

  it("never passes as one of the other kind", () => {
    const other = kind === "live" ? "test" : "live";
    expect(parseApiKey(key.replace(`_${kind}_`, `_${other}_`))).toBeNull();
  });

  it("is refused offline when any character is mistyped", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: key.length - 1 }),
        fc.constantFrom("a", "b", "X", "Z", "0", "9", "_"),
        (at, letter) => {
          const typed = key.slice(0, at) + letter + key.slice(at + 1);
          if (typed !== key) expect(parseApiKey(typed)).toBeNull();
        },
      ),
    );
  });

  it("is stored as a hash and shown without its secret", () => {
    expect(hashApiKey(key)).toMatch(/^[0-9a-f]{64}$/);
    expect(sameHash(hashApiKey(key), hashApiKey(key))).toBe(true);
    expect(sameHash(hashApiKey(key), hashApiKey(`${key}x`))).toBe(false);
    expect(displayOf(key).length).toBeLessThan(25);
  });
});

describe("an account id", () => {
  it.each(["live", "test"] as const)(
    "of a %s account is genuine only under the secret that minted it, and says its region and kind",
    (kind) => {
      const id = mintAccountId(secret, "apac", random, kind);
      expect(isGenuineAccountId(secret, id)).toBe(true);
      expect(isGenuineAccountId("another secret", id)).toBe(false);
      expect(regionOf(id)).toBe("apac");
      expect(kindOf(id)).toBe(kind);
      const other = kind === "live" ? id.toUpperCase() : id.toLowerCase();
      expect(isGenuineAccountId(secret, other.charAt(0) + id.slice(1))).toBe(false);
    },
  );

  it("cannot be made up", () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[A-Za-z][0-9A-Za-z]{24}$/), (id) => {
        expect(isGenuineAccountId(secret, id)).toBe(false);
      }),
    );
  });
});

describe("an id", () => {
  it("sorts by the time it was made at", () => {
    fc.assert(
      fc.property(fc.nat(2 ** 31), fc.nat(2 ** 31), (a, b) => {
        const [first, second] = [newId("edit", a * 1000, random), newId("edit", b * 1000, random)];
        if (a < b) expect(first < second).toBe(true);
        expect(first).toMatch(/^edit_[0-9a-z]{26}$/);
      }),
    );
  });
});
