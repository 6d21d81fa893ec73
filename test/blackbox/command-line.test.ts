import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { call } from "../../infra/local/customer.ts";
import type { EventList } from "../../schemas/webhook-event.ts";
import { buildCommandLine, run, type CommandLine, type Run } from "./harness/command-line.ts";
import { compare } from "./harness/compare.ts";
import { startReceiver, type Receiver } from "./harness/receiver.ts";
import { photograph, startSystem, type TestSystem } from "./harness/system.ts";

const root = join(import.meta.dirname, "../..");
let system: TestSystem;
let inlay: CommandLine;
const running: Run[] = [];

beforeAll(async () => {
  inlay = buildCommandLine();
  console.log(`the command line runs on Node ${inlay.version}`);
  system = await startSystem();
});

afterEach(() => {
  for (const started of running.splice(0)) started.signal("SIGKILL");
});

afterAll(async () => {
  await system?.stack.close();
});

const environment = () => ({ INLAY_API_KEY: system.key, INLAY_URL: system.stack.url });

function start(...args: string[]): Run {
  const started = inlay.start(args, environment());
  running.push(started);
  return started;
}

/** Runs a command to its end. */
async function done(...args: string[]): Promise<{ code: number | null; printed: string }> {
  const started = start(...args);
  return { code: await started.ended(), printed: started.printed() };
}

describe("inlay edit", () => {
  it("sends the pictures, shows how it goes, and writes the result with every kept pixel", async () => {
    const out = join(mkdtempSync(join(tmpdir(), "inlay-out-")), "out.png");
    const { image, mask } = photograph;
    const { code, printed } = await done("edit", image, "--mask", mask, "--steps", "5", "-o", out);
    expect(code, printed).toBe(0);
    for (const status of ["starting", "processing", "succeeded"]) expect(printed).toContain(status);
    const result = compare(image, mask, readFileSync(out));
    expect(result).toMatchObject({ kept_changed: 0, result_size: result.input_size });
  });

  it("that is interrupted cancels the edit, which then costs nothing", async () => {
    const before = (await system.balance()).available;
    const { image, mask } = photograph;
    const more = ["-p", "grass", "--steps", "50", "--n", "4", "--json"];
    const interrupted = start("edit", image, "--mask", mask, ...more);
    await interrupted.until(/processing/);
    interrupted.child.kill("SIGINT");
    expect(await interrupted.ended()).toBe(1);
    expect(interrupted.printed()).toContain('"status": "canceled"');
    expect((await system.balance()).available).toBe(before);
  });

  it("says in one sentence what is wrong, with the request's id where there is one", async () => {
    const missing = await done("edit", "no.jpg", "--mask", photograph.mask);
    expect(missing).toEqual({ code: 1, printed: "✗ no.jpg cannot be read. Check its name.\n" });
    const refused = await done("edit", photograph.image);
    expect(refused.code).toBe(1);
    expect(refused.printed).toMatch(/^✗ .*mask.* \(mask_missing, request [\w-]+\)\n$/);
    const unknown = await done("edit", "--brush", "3");
    expect(unknown.printed).toMatch(/^✗ .*--brush/);
  });
});

describe("inlay credits", () => {
  it("shows the balance and where it went", async () => {
    const { code, printed } = await done("credits");
    expect(code).toBe(0);
    expect(printed).toMatch(/^0\.9\d+ credits available, 0\.000000 reserved/);
    expect(printed).toMatch(/grant +1\.000000 {2}welcome-/);
  });
});

describe("inlay keys", () => {
  it("makes a key for one purpose, lists it without its secret, and revokes it", async () => {
    const made = await done("keys", "create", "phone", "--scope", "edits:write");
    expect(made.code, made.printed).toBe(0);
    const [, key = ""] = /^(inlay_live_\w+)$/m.exec(made.printed) ?? [];
    expect((await done("credits", "--key", key)).printed).toContain("key_scope_missing");
    const listed = await done("keys");
    expect(listed.printed).not.toContain(key);
    const [, id = ""] = /^(key_\w+) .* phone {2}edits:write$/m.exec(listed.printed) ?? [];
    expect((await done("keys", "revoke", id)).printed).toContain("revoked");
  });

  it("makes a test key, with which an edit costs play money alone", async () => {
    const made = await done("keys", "create", "ci", "--test");
    const [, key = ""] = /^(inlay_test_\w+)$/m.exec(made.printed) ?? [];
    const before = await system.balance();
    const { image, mask } = photograph;
    const out = join(mkdtempSync(join(tmpdir(), "inlay-out-")), "out.png");
    const edited = await done(
      "edit",
      image,
      "--mask",
      mask,
      "--steps",
      "1",
      "-o",
      out,
      "--key",
      key,
    );
    expect(edited.code, edited.printed).toBe(0);
    expect(compare(image, mask, readFileSync(out)).kept_changed).toBe(0);
    expect((await done("credits", "--key", key)).printed).toMatch(/^999\.9\d+ credits available/);
    expect(await system.balance()).toEqual(before);
    expect((await done("keys")).printed).toContain("  ci  everything");
  });
});

describe("inlay doctor", () => {
  it("finds nothing wrong where nothing is", async () => {
    const { code, printed } = await done("doctor");
    expect(code, printed).toBe(0);
    expect(printed).toContain(`account ${system.account}`);
  });

  it("says what to do about an address that does not answer, and about a key that is refused", async () => {
    const gone = await done("doctor", "--url", "http://127.0.0.1:9");
    expect(gone.code).toBe(1);
    expect(gone.printed).toMatch(
      /✗ http:\/\/127\.0\.0\.1:9 does not answer\n {2}Check the address/,
    );
    const mistyped = await done("doctor", "--key", `${system.key.slice(0, -1)}-`);
    expect(mistyped.code).toBe(1);
    expect(mistyped.printed).toMatch(
      /✗ The key is refused: key_invalid \(request [\w-]+\)\n {2}\w/,
    );
  });
});

describe("inlay listen", () => {
  let receiver: Receiver;
  const state = join(mkdtempSync(join(tmpdir(), "inlay-listen-")), "state.json");
  const listen = () => start("listen", "--forward-to", receiver.url, "--state", state);
  const secretOf = async (listening: Run) =>
    (await listening.until(/Webhook secret: (whsec_\S+)/))[1] ?? "";

  /** Two events at least: an edit that is cancelled at once. */
  async function happen(): Promise<void> {
    const { id } = await system.edit({ steps: "1" });
    await call(system.stack.url, system.key, "POST", `/v1/edits/${id}/cancel`);
  }

  const newest = async () =>
    (await call<EventList>(system.stack.url, system.key, "GET", "/v1/events?after=latest")).next;

  /** Waits until everything that has happened was received. */
  async function receivedAll(): Promise<void> {
    const last = await newest();
    for (let look = 0; look < 600; look++) {
      if (receiver.events.some(({ event }) => event.sequence === last)) return;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    throw new Error(`event ${last} never came`);
  }

  it("forwards every event as a webhook, over restarts of the stack, of itself and of the receiver", async () => {
    receiver = await startReceiver();
    const first = (await newest()) + 1;
    let listening = listen();
    receiver.secret = await secretOf(listening);
    await happen();
    await receivedAll();

    await system.stack.stopEdge();
    await listening.until(/Trying again/);
    await system.stack.startEdge();
    await happen();
    await receivedAll();

    listening.child.kill("SIGKILL");
    await happen();
    listening = listen();
    expect(await secretOf(listening)).toBe(receiver.secret);
    await receivedAll();

    receiver.status = 503;
    await happen();
    while (receiver.refused.length === 0) await new Promise((resolve) => setTimeout(resolve, 20));
    receiver.status = 200;
    await receivedAll();

    listening.child.kill("SIGINT");
    expect(await listening.ended()).toBe(0);
    expect(receiver.forged).toEqual([]);
    const last = await newest();
    const came = [...new Set(receiver.events.map(({ event }) => event.sequence))];
    expect(came).toEqual(Array.from({ length: last - first + 1 }, (_, index) => first + index));
    await receiver.close();
  });

  it("ends where the key is refused", async () => {
    const refused = await done(
      "listen",
      "--forward-to",
      "http://127.0.0.1:9/",
      "--key",
      "inlay_live_x",
    );
    expect(refused.code).toBe(1);
    expect(refused.printed).toContain("key_invalid");
  });
});

describe("the package", () => {
  it("has types that a project checks against", () => {
    const project = mkdtempSync(join(tmpdir(), "inlay-project-"));
    symlinkSync(join(root, "node_modules"), join(inlay.package, "node_modules"));
    const types = join(inlay.package, "types/infra/client/index.d.ts");
    const compilerOptions = {
      ...{ module: "nodenext", target: "es2024", lib: ["es2024", "dom"], types: [], strict: true },
      ...{ noEmit: true, skipLibCheck: true, paths: { inlay: [types] } },
    };
    writeFileSync(join(project, "tsconfig.json"), JSON.stringify({ compilerOptions }));
    const check = (program: string) => {
      writeFileSync(join(project, "program.mts"), `import { Inlay } from "inlay";\n${program}`);
      const tsc = join(root, "node_modules/typescript/bin/tsc");
      return spawnSync(process.execPath, [tsc, "-p", project], { encoding: "utf8" }).stdout;
    };
    const client = `const client = new Inlay({ apiKey: "k", baseUrl: "https://x" });`;
    const asked = `const edit = await client.edits.create({ prompt: "grass", n: 2 });`;
    expect(check(`${client}${asked} const status: string = edit.status; export { status };`)).toBe(
      "",
    );
    expect(check(`${client}${asked} const id: number = edit.id; export { id };`)).toContain(
      "TS2322",
    );
    expect(check(`${client} await client.edits.create({ steps: "5" });`)).toContain("TS2322");
  });

  it("is the command of a checkout too", async () => {
    const script = join(root, "infra/inlay.mjs");
    const started = run(inlay.node, [script, "credits"], environment());
    expect(await started.ended()).toBe(0);
    expect(started.printed()).toContain("credits available");
  });
});
