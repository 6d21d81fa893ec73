import { createHash, createPublicKey, verify } from "node:crypto";
import { describe, expect, it } from "vitest";
import { falHeaders, falKeys } from "../../../../functions/deliver/fal-signature.ts";
import { checkFalHeaders } from "../../../../functions/surfaces/fal/headers.ts";
import { falProblem } from "../../../../functions/surfaces/fal/problem.ts";
import { falLogs, falStatus } from "../../../../functions/surfaces/fal/status.ts";
import { proxyTarget } from "../../../../functions/surfaces/fal/target.ts";
import { falWebhook } from "../../../../functions/surfaces/fal/webhook.ts";
import type { EditStatus } from "../../../../schemas/edit.ts";
import { ended, output, problem, record } from "../records.ts";

const app = "inlay/inpaint";
const queue = `https://queue.fal.run/${app}`;
const one = { app, request: "edit_1", logs: false };

describe("the target of fal's client", () => {
  it.each([
    ["POST", queue, { type: "submit", app, webhook: null }],
    [
      "POST",
      `${queue}?fal_webhook=https%3A%2F%2Fa.example%2Fb`,
      { type: "submit", app, webhook: "https://a.example/b" },
    ],
    ["GET", `${queue}/requests/edit_1/status?logs=0`, { type: "status", ...one }],
    ["GET", `${queue}/requests/edit_1/status?logs=1`, { type: "status", ...one, logs: true }],
    [
      "GET",
      `${queue}/requests/edit_1/status/stream?logs=1`,
      { type: "stream", ...one, logs: true },
    ],
    ["GET", `${queue}/requests/edit_1`, { type: "result", ...one }],
    ["PUT", `${queue}/requests/edit_1/cancel`, { type: "cancel", ...one }],
    ["POST", `https://fal.run/${app}`, { type: "run", app, webhook: null }],
    [
      "POST",
      "https://rest.fal.ai/storage/upload/initiate?storage_type=fal-cdn-v3",
      { type: "upload" },
    ],
    ["GET", queue, null],
    ["POST", `${queue}/requests/edit_1/cancel`, null],
    ["POST", `${queue}/deeper/path`, null],
    ["POST", `http://queue.fal.run/${app}`, null],
    ["POST", `https://queue.fal.run.example.com/${app}`, null],
    ["POST", `https://example.com/${app}`, null],
    ["POST", "https://rest.fal.ai/storage/upload/initiate-multipart", null],
    ["POST", "", null],
  ])("%s %s is %j", (method, url, target) => {
    expect(proxyTarget(method, url)).toEqual(target);
  });
});

describe("an edit as a request of fal's queue", () => {
  it.each([
    ["queued", "IN_QUEUE"],
    ["starting", "IN_PROGRESS"],
    ["processing", "IN_PROGRESS"],
    ["succeeded", "COMPLETED"],
    ["failed", "COMPLETED"],
    ["canceled", "COMPLETED"],
    ["expired", "COMPLETED"],
  ] as const)("that is %s is %s", (status: EditStatus, told) => {
    expect(falStatus(record({ status }), "https://a", null)).toMatchObject({ status: told });
  });

  it("has its place while it waits, and its lines where they were asked for", () => {
    const waiting = record({ status: "queued", queue_position: 3, started_at: null });
    expect(falStatus(waiting, "https://a", [])).toMatchObject({ queue_position: 3 });
    const logs = falLogs(record(), "2026-01-01T00:00:05.000Z");
    expect(falStatus(record(), "https://a", logs)).toMatchObject({
      logs: [{ message: "Using seed: 7", level: "INFO" }, { message: / 50%/ }],
    });
  });

  it("tells its end once by webhook: the result or what went wrong, and nothing before", () => {
    const surface = { name: "fal", app, webhook: "https://hooks.example.com/a" } as const;
    const told = (of: Parameters<typeof ended>[0]) =>
      JSON.parse(falWebhook(surface, ended(of))?.payload ?? "null") as object;
    expect(falWebhook(surface, record())).toBeNull();
    expect(told({ status: "succeeded", outputs: [output()] })).toMatchObject({
      status: "OK",
      error: null,
      payload: { images: [{ width: 640 }], seed: 7 },
    });
    const error = problem({ code: "mask_empty", detail: "Mark something." });
    expect(told({ status: "failed", error })).toMatchObject({
      status: "ERROR",
      error: "mask_empty: Mark something.",
    });
    expect(told({ status: "canceled" })).toMatchObject({
      status: "ERROR",
      error: /^edit_canceled/,
    });
    expect(falWebhook({ ...surface, webhook: null }, ended({ status: "succeeded" }))).toBeNull();
  });

  it("has errors that its client reads", () => {
    const detail = "Send 1 to 4.";
    const errors = [{ pointer: "/num_images", detail }];
    expect(falProblem(problem({ code: "request_invalid", detail, errors }))).toMatchObject({
      status: 422,
      body: { detail: [{ loc: ["body", "num_images"], msg: detail, type: "request_invalid" }] },
    });
    expect(falProblem(problem({ code: "edit_unfinished", detail: "Wait." }))).toMatchObject({
      status: 400,
      body: { detail: "Wait." },
    });
  });

  it("refuses headers that would change what is done, and no others", () => {
    const check = (sent: string) => () =>
      checkFalHeaders((name) => (name === sent ? "1" : undefined));
    expect(check("x-fal-request-timeout")).toThrow("parameter_unsupported");
    expect(check("x-fal-object-lifecycle-preference")).toThrow("parameter_unsupported");
    expect(check("x-fal-queue-priority")).not.toThrow();
  });
});

describe("the signature of fal's webhooks", () => {
  const keyring = {
    current: "k2",
    keys: {
      k1: Buffer.alloc(32, 1).toString("base64url"),
      k2: Buffer.alloc(32, 2).toString("base64url"),
    },
  };
  const signed = {
    request: "edit_1",
    user: "u1",
    at: new Date(1_767_225_600_900),
    payload: '{"a":"ü"}',
  };

  it("is one of the published keys over the four lines, and of nothing else", () => {
    const headers = falHeaders(keyring, signed);
    const hash = createHash("sha256").update(signed.payload).digest("hex");
    const message = Buffer.from(`edit_1\nu1\n1767225600\n${hash}`);
    const signature = Buffer.from(headers["x-fal-webhook-signature"] ?? "", "hex");
    const by = falKeys(keyring).map(({ x }) => {
      const key = createPublicKey({ key: { kty: "OKP", crv: "Ed25519", x }, format: "jwk" });
      return [
        verify(null, message, key, signature),
        verify(null, Buffer.from("x"), key, signature),
      ];
    });
    expect(by).toEqual([
      [true, false],
      [false, false],
    ]);
  });

  it("is made by the current key while the one before is still published", () => {
    expect(falKeys(keyring).map(({ kid }) => kid)).toEqual(["k2", "k1"]);
    const before = { ...keyring, current: "k1" };
    expect(falHeaders(before, signed)).not.toEqual(falHeaders(keyring, signed));
  });
});
