import { spawnSync } from "node:child_process";
import { createServer } from "node:http";
import { cpSync, mkdirSync, mkdtempSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import { POST } from "../../infra/examples/webhooks/app/api/inlay/route.ts";
import { call } from "../../infra/local/customer.ts";
import { codeHolding } from "../harness/code-blocks.ts";
import { buildCommandLine, run, type CommandLine, type Run } from "./harness/command-line.ts";
import { bodyOf } from "./harness/receiver.ts";
import { photograph, startSystem, type TestSystem } from "./harness/system.ts";

const root = join(import.meta.dirname, "../..");
let system: TestSystem;
let inlay: CommandLine;
let project: string;
const running: Run[] = [];

beforeAll(async () => {
  inlay = buildCommandLine();
  system = await startSystem();
  project = mkdtempSync(join(tmpdir(), "inlay-example-"));
  mkdirSync(join(project, "node_modules"));
  symlinkSync(inlay.package, join(project, "node_modules/inlay"));
  cpSync(photograph.image, join(project, "photo.jpg"));
  cpSync(photograph.mask, join(project, "mask.png"));
});

afterEach(() => {
  for (const started of running.splice(0)) started.signal("SIGKILL");
});

afterAll(async () => {
  await system?.stack.close();
});

const environment = () => ({ INLAY_API_KEY: system.key, INLAY_URL: system.stack.url });

/** Starts an example of docs/clients.md in a project that has installed the package. */
function example(holding: string, more: Record<string, string> = {}): Run {
  const code = codeHolding("docs/clients.md", holding);
  const program = join(project, `${holding.replaceAll(/\W/g, "")}.mjs`);
  writeFileSync(program, code);
  const started = run(inlay.node, [program], { ...environment(), ...more }, project);
  running.push(started);
  return started;
}

describe("the README's lines of `npx inlay`", () => {
  it("do what they say", async () => {
    mkdirSync(join(root, ".inlay"), { recursive: true });
    const lines = codeHolding("README.md", "npx inlay")
      .split("\n")
      .filter((line) => line.startsWith("npx "));
    expect(lines).toHaveLength(3);
    for (const line of lines) {
      const command = line.replace("npx ", "npx --no-install ");
      const started = run("sh", ["-c", `exec ${command}`], {
        ...environment(),
        XDG_STATE_HOME: project,
      });
      running.push(started);
      if (line.includes("listen")) {
        await started.until(/Webhook secret: whsec_/);
        continue;
      }
      expect(await started.ended(), started.printed()).toBe(0);
    }
    const png = readFileSync(join(root, ".inlay/out.png"));
    expect(png.subarray(1, 4).toString()).toBe("PNG");
  });
});

describe("the examples with curl", () => {
  it.each([
    ["README.md", "$API/v1/edits", { object: "edit", status: "succeeded" }],
    ["docs/uploads.md", "$API/v1/client-tokens", { object: "client_token", tasks: ["erase"] }],
    ["docs/webhooks.md", "$API/v1/webhook-endpoints", { description: "orders" }],
  ])("in %s at %s is answered as it says", async (page, holding, answer) => {
    const lines = codeHolding(page, holding);
    const sent = run("sh", ["-c", lines], { API: system.stack.url, KEY: system.key }, project);
    running.push(sent);
    expect(await sent.ended(), sent.printed()).toBe(0);
    expect(JSON.parse(sent.printed())).toMatchObject(answer);
  });
});

describe("the examples of the client", () => {
  it("makes an edit and tells how it goes", async () => {
    const started = example("edits.create");
    expect(await started.ended(), started.printed()).toBe(0);
    expect(started.printed()).toContain("edit.processing");
    expect(started.printed()).toMatch(/succeeded http\S+\/files\/result\/\S+\n$/);
  });

  it("takes webhooks, and no others", async () => {
    const port = "38917";
    const secret = `whsec_${Buffer.from("0123456789abcdef0123456789abcdef").toString("base64")}`;
    const server = example("createServer", { PORT: port, INLAY_WEBHOOK_SECRET: secret });
    const url = `http://127.0.0.1:${port}/`;
    const post = () =>
      fetch(url, { method: "POST", body: "{}" }).then(
        ({ status }) => status,
        () => null,
      );
    while ((await post()) === null) await new Promise((resolve) => setTimeout(resolve, 50));
    expect(await post()).toBe(401);
    const state = join(project, "state.json");
    writeFileSync(state, JSON.stringify({ secret, cursor: null }));
    running.push(inlay.start(["listen", "--forward-to", url, "--state", state], environment()));
    const { id } = await system.edit({ steps: "1" });
    await call(system.stack.url, system.key, "POST", `/v1/edits/${id}/cancel`);
    await server.until(new RegExp(`edit\\.canceled ${id}`));
  });
});

describe("the examples of servers that take webhooks", () => {
  /** What has to be printed of an edit that tells its end to this address; forged requests are refused. */
  async function told(url: string, until: (pattern: RegExp) => Promise<unknown>): Promise<void> {
    const forged = () =>
      fetch(url, { method: "POST", body: "{}" }).then(
        ({ status }) => status,
        () => null,
      );
    while ((await forged()) === null) await new Promise((resolve) => setTimeout(resolve, 50));
    expect(await forged()).toBe(401);
    const { id } = await system.edit({ steps: "1", webhook: url });
    await until(new RegExp(`${id} is ready: http\\S+/files/result/`));
  }

  it("on Node takes an edit's end, and nothing that is forged", async () => {
    const port = "38918";
    const secret = await system.webhookSecret();
    const program = join(root, "infra/examples/webhooks/server.mjs");
    const server = run(inlay.node, [program], { PORT: port, INLAY_WEBHOOK_SECRET: secret });
    running.push(server);
    await told(`http://127.0.0.1:${port}/`, (pattern) => server.until(pattern));
  });

  it("as a route of Next.js takes an edit's end, and nothing that is forged", async () => {
    process.env["INLAY_WEBHOOK_SECRET"] = await system.webhookSecret();
    const print = vi.spyOn(console, "log");
    const port = 38919;
    const server = createServer((request, response) => {
      void bodyOf(request).then(async (body) => {
        const headers = request.headers as Record<string, string>;
        const url = `http://127.0.0.1:${port}/`;
        const answer = await POST(new Request(url, { method: "POST", headers, body }));
        return response.writeHead(answer.status).end();
      });
    }).listen(port);
    await told(`http://127.0.0.1:${port}/`, (pattern) =>
      vi.waitFor(() => expect(print.mock.calls.flat().join("\n")).toMatch(pattern), 60_000),
    );
    print.mockRestore();
    server.closeAllConnections();
    server.close();
  });
});

it("every command line of the page is a command with that option", () => {
  const page = readFileSync(join(root, "docs/clients.md"), "utf8");
  for (const [, name = "", rest = ""] of page.matchAll(/`inlay (\w+)([^`]*)`/g)) {
    const help = spawnSync(inlay.node, [join(inlay.package, "inlay.mjs"), name, "--help"], {
      encoding: "utf8",
    });
    expect(help.stdout).toContain(`inlay ${name}`);
    for (const [option] of rest.matchAll(/--[a-z-]+/g)) expect(help.stdout).toContain(option);
  }
});
