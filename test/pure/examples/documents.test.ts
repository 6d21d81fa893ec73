import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Webhook } from "standardwebhooks";
import { describe, expect, it } from "vitest";
import { limitFields } from "../../../functions/quotas/limits.ts";
import { serverSentEvents } from "../../../infra/client/server-sent-events.ts";
import { Edit } from "../../../schemas/edit.ts";
import { EditPreview, EditProgress } from "../../../schemas/event-stream.ts";
import { Problem } from "../../../schemas/problem.ts";
import openapi from "../../../schemas/openapi.json";
import { codeBlocks, codeHolding } from "../../harness/code-blocks.ts";

const root = join(import.meta.dirname, "../../..");

/** Every code block of the README and of docs, by a text that it holds, and the test that executes it. */
const executed: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  "README.md": {
    "npm start": "test/blackbox/start.test.ts",
    "curl -s $API/v1/edits": "test/blackbox/examples.test.ts",
    "npx inlay": "test/blackbox/examples.test.ts",
    "functions/     the Worker": "here",
  },
  "docs/accounts.md": { "RateLimit-Policy": "here", "event: progress": "here" },
  "docs/clients.md": {
    "edits.create": "test/blackbox/examples.test.ts",
    createServer: "test/blackbox/examples.test.ts",
  },
  "docs/errors.md": { mask_size_mismatch: "here" },
  "docs/policy.md": { thresholds: "test/model-image/test_safety.py" },
  "docs/provenance.md": {
    "openssl ecparam": "test/blackbox/claim-key.test.ts",
    "inlay.verify": "test/blackbox/pictures.test.ts",
  },
  "docs/uploads.md": { "/v1/client-tokens": "test/blackbox/examples.test.ts" },
  "docs/webhooks.md": {
    "curl -s $API/v1/webhook-endpoints": "test/blackbox/examples.test.ts",
    '"sequence": 4': "here",
    standardwebhooks: "here",
  },
};

const pages = [
  "README.md",
  ...readdirSync(join(root, "docs"))
    .filter((name) => name.endsWith(".md"))
    .map((name) => `docs/${name}`),
];

describe("every example of the README and the docs", () => {
  it.each(pages)("in %s is executed by a test", (page) => {
    const known = Object.entries(executed[page] ?? {});
    for (const { code } of codeBlocks(page)) {
      const texts = known.filter(([text]) => code.includes(text));
      expect(texts, `${page}:\n${code}`).toHaveLength(1);
    }
    expect(known).toHaveLength(codeBlocks(page).length);
    for (const [, test] of known)
      expect(test === "here" || existsSync(join(root, test))).toBe(true);
  });

  it("names folders and files that there are", () => {
    const open: string[] = [];
    for (const line of codeHolding("README.md", "functions/     the Worker").trim().split("\n")) {
      const [, indent = "", name = ""] = /^( *)(\S+)/.exec(line) ?? [];
      open.splice(indent.length / 2, open.length, name);
      expect(existsSync(join(root, ...open)), open.join("")).toBe(true);
    }
  });

  it("shows limits as they are told", () => {
    const told = codeHolding("docs/accounts.md", "RateLimit-Policy").trim().toLowerCase();
    const fields = limitFields({
      creates: { limit: 600, remaining: 598, reset: 1 },
      unfinished: { limit: 200, remaining: 197 },
    });
    const lines = Object.entries(fields).map(([name, value]) => `${name}: ${value}`);
    expect(told).toBe(lines.join("\n"));
  });

  it("shows frames of streams that the client reads and the schemas know", async () => {
    const text = `${codeHolding("docs/accounts.md", "event: progress")}\n`;
    const frames = [];
    for await (const frame of serverSentEvents(new Blob([text]).stream())) frames.push(frame);
    const data = frames.map((frame) => JSON.parse(frame.data) as { type?: string });
    expect(frames.map(({ id, event }) => [id, event])).toEqual([
      ["3", data[0]?.type],
      [null, "progress"],
      [null, "preview"],
    ]);
    expect(data[0]).toMatchObject({ sequence: Number(frames[0]?.id), data: { object: "edit" } });
    EditProgress.strict().parse(data[1]);
    EditPreview.strict().parse(data[2]);
  });

  it("shows a problem that is one", () => {
    const problem = JSON.parse(codeHolding("docs/errors.md", "mask_size_mismatch")) as unknown;
    expect(Problem.parse(problem)).toEqual(problem);
  });

  it("shows a webhook as it is sent, and how it is verified", () => {
    const payload = codeHolding("docs/webhooks.md", '"sequence": 4').trim();
    const { data, ...event } = JSON.parse(payload) as Record<string, Record<string, unknown>>;
    const { "...": _left, ...shown } = data ?? {};
    Edit.pick({ id: true, object: true, status: true }).strict().parse(shown);
    expect(Object.keys(event)).toEqual(["type", "timestamp", "sequence"]);
    expect(JSON.stringify(openapi.webhooks)).toContain("WebhookEvent");

    const folder = mkdtempSync(join(tmpdir(), "inlay-verify-"));
    symlinkSync(join(root, "node_modules"), join(folder, "node_modules"));
    const secret = `whsec_${Buffer.from("0123456789abcdef0123456789abcdef").toString("base64")}`;
    const now = new Date();
    const headers = (signature: string) => ({
      "webhook-id": "evt_1",
      "webhook-timestamp": String(Math.floor(now.getTime() / 1000)),
      "webhook-signature": signature,
    });
    const verify = (signature: string) => {
      const given = `const secret = ${JSON.stringify(secret)}, body = ${JSON.stringify(payload)};
        const headers = ${JSON.stringify(headers(signature))};`;
      const code = codeHolding("docs/webhooks.md", "standardwebhooks");
      const program = join(folder, "verify.mjs");
      writeFileSync(program, `${given}\n${code}\nconsole.log(event.type);`);
      const { status, stdout } = spawnSync(process.execPath, [program], { encoding: "utf8" });
      return { status, printed: stdout.trim() };
    };
    const signed = new Webhook(secret).sign("evt_1", now, payload);
    expect(verify(signed)).toEqual({ status: 0, printed: "edit.succeeded" });
    expect(verify(signed.replace(/^v1,./, "v1,_")).status).not.toBe(0);
  });
});
