import { spawnSync } from "node:child_process";
import { randomFillSync } from "node:crypto";
import { join } from "node:path";
import { expect, it } from "vitest";
import { mintWebhookSecret, signedHeaders } from "../../functions/deliver/signature.ts";

/** Verifies each of the cases on its input with the official Python library, and prints what came of it. */
const verify = `
import json, sys
from standardwebhooks import Webhook, WebhookVerificationError

def outcome(case):
    try:
        Webhook(case["secret"]).verify(case["payload"].encode(), case["headers"])
        return "verified"
    except WebhookVerificationError:
        return "refused"

print(json.dumps([outcome(case) for case in json.load(sys.stdin)]))
`;

it("verifies with the official Python library, while a secret is replaced too, and with no other secret", () => {
  const mint = () => mintWebhookSecret((into) => randomFillSync(into));
  const [older, newer, foreign] = [mint(), mint(), mint()];
  const payload = JSON.stringify({ type: "edit.succeeded", data: { prompt: "Grüße, 花 \u2028" } });
  const headers = signedHeaders([newer, older], { id: "evt_1", at: new Date(), payload });
  const cases = [
    { secret: newer, payload, headers },
    { secret: older, payload, headers },
    { secret: foreign, payload, headers },
    { secret: newer, payload: payload.replace("succeeded", "failed"), headers },
  ];
  const python = join(import.meta.dirname, "../../model-image/.venv/bin/python");
  const { stdout, stderr } = spawnSync(python, ["-c", verify], {
    input: JSON.stringify(cases),
    encoding: "utf8",
  });
  expect(stderr).toBe("");
  expect(JSON.parse(stdout)).toEqual(["verified", "verified", "refused", "refused"]);
});
