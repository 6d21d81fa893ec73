import fc from "fast-check";
import { Webhook } from "standardwebhooks";
import { describe, expect, it } from "vitest";
import { mintWebhookSecret, signedHeaders } from "../../../functions/deliver/signature.ts";

/**
 * The vector that the specification's own repository checks its libraries with (github.com/standard-webhooks/
 * standard-webhooks at b2fa7b8: `test_sign_function` in libraries/python/tests/test_webhooks.py, the same figures in
 * libraries/javascript/src/webhook.test.ts). The text of the specification prints signatures without their secret.
 */
const vector = {
  secret: "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
  id: "msg_p5jXN8AQM9LWM0D4loKWxJek",
  at: new Date(1_614_265_330_000),
  payload: '{"test": 2432232314}',
  signature: "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
};

const random = (into: Uint8Array<ArrayBuffer>) => crypto.getRandomValues(into);

describe("a signature", () => {
  it("is the one of the specification's test vector", () => {
    expect(signedHeaders([vector.secret], vector)).toEqual({
      "webhook-id": vector.id,
      "webhook-timestamp": "1614265330",
      "webhook-signature": vector.signature,
    });
  });

  it("verifies with the official library, for any payload, and with no other secret", () => {
    fc.assert(
      fc.property(fc.json(), fc.uuid(), (payload, id) => {
        const secret = mintWebhookSecret(random);
        const headers = signedHeaders([secret], { id: `evt_${id}`, at: new Date(), payload });
        expect(new Webhook(secret).verify(payload, headers)).toEqual(JSON.parse(payload));
        const other = new Webhook(mintWebhookSecret(random));
        expect(() => other.verify(payload, headers)).toThrow("No matching signature");
      }),
      { numRuns: 50 },
    );
  });

  it("is there twice while a secret is being replaced, the new one's first", () => {
    const secrets = [mintWebhookSecret(random), mintWebhookSecret(random)];
    const headers = signedHeaders(secrets, { id: "evt_1", at: new Date(), payload: "{}" });
    expect(headers["webhook-signature"]).toMatch(/^v1,\S{44} v1,\S{44}$/);
    for (const secret of secrets) {
      expect(new Webhook(secret).verify("{}", headers)).toEqual({});
    }
  });
});

describe("a fresh secret", () => {
  it("is whsec_ and 32 random bytes", () => {
    const secret = mintWebhookSecret(random);
    expect(secret).toMatch(/^whsec_[A-Za-z0-9+/]{43}=$/);
    expect(mintWebhookSecret(random)).not.toBe(secret);
  });
});
