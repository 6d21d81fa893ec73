import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  signUrl,
  verifyUrl,
  type Grant,
  type Keyring,
} from "../../../functions/images/signed-url.ts";
import vectors from "../../../schemas/vectors/signed-url.json" with { type: "json" };

const keyring: Keyring = { current: vectors.kid, keys: { [vectors.kid]: vectors.key } };
const grants = vectors.vectors.map(({ grant }) => grant as Grant);
const firstVector = vectors.vectors[0] as { url: string; grant: Grant };
const now = 1_700_000_000;

describe("a signed URL", () => {
  it.each(vectors.vectors.map(({ name, grant, url }) => [name, grant as Grant, url] as const))(
    "is the published one for %s",
    (_name, grant, url) => {
      expect(signUrl(keyring, "https://inlay.example.com", grant)).toBe(url);
      expect(verifyUrl(keyring, grant.method, new URL(url), now)).toEqual({
        ok: true,
        value: grant,
      });
    },
  );

  it("allows nothing else when any character of it is changed", () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...grants),
        fc.nat(),
        fc.constantFrom("0", "a", "Z", "_"),
        (grant, at, letter) => {
          const url = signUrl(keyring, "https://a.example", grant);
          const start = "https://a.example".length + 1;
          const place = start + (at % (url.length - start));
          const changed = url.slice(0, place) + letter + url.slice(place + 1);
          const verified = verifyUrl(keyring, grant.method, new URL(changed), now);
          // Base64url's last character holds spare bits; the text itself is compared, so none of them passes.
          if (changed !== url) expect(verified.ok).toBe(false);
        },
      ),
      { numRuns: 500 },
    );
  });

  it("is for one method", () => {
    for (const { grant, url } of vectors.vectors) {
      const other = grant.method === "PUT" ? "GET" : "PUT";
      expect(verifyUrl(keyring, other, new URL(url), now)).toMatchObject({
        problem: { reason: "bad_signature" },
      });
    }
  });

  it("ends at its time, and is still told from a forgery then", () => {
    const { url, grant } = firstVector;
    expect(verifyUrl(keyring, grant.method, new URL(url), grant.exp)).toMatchObject({
      problem: { reason: "expired", grant },
    });
  });

  it("verifies under a key that is being rotated out, and not under a removed one", () => {
    const rotated: Keyring = { current: "k2", keys: { k2: "b".repeat(43), ...keyring.keys } };
    const { url, grant } = firstVector;
    expect(verifyUrl(rotated, grant.method, new URL(url), now).ok).toBe(true);
    const removed: Keyring = { current: "k2", keys: { k2: "b".repeat(43) } };
    expect(verifyUrl(removed, grant.method, new URL(url), now).ok).toBe(false);
    expect(
      verifyUrl(keyring, "GET", new URL("https://a.example/files/input/x?kid=__proto__"), now).ok,
    ).toBe(false);
  });
});
