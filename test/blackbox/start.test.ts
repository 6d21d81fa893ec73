import { spawn, spawnSync, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import {
  chmodSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { createServer, type AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { createHash } from "node:crypto";
import { afterEach, describe, expect, it } from "vitest";
import type { Account } from "../../schemas/account.ts";
import { call } from "../../infra/local/customer.ts";

const root = join(import.meta.dirname, "../..");
const newFolder = () => mkdtempSync(join(tmpdir(), "inlay-start-"));
const running: ChildProcess[] = [];

afterEach(() => {
  for (const child of running.splice(0)) child.kill("SIGKILL");
});

/** A port that is free now. */
async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  return port;
}

/** A started `npm start`. */
interface Started {
  readonly child: ChildProcess;
  readonly url: string;
  readonly cogUrl: string;
  printed(): string;
  /** Waits until this was printed. */
  until(text: string): Promise<void>;
  /** Waits for the end; the exit code. */
  ended(): Promise<number | null>;
}

async function start(state: string, ...more: string[]): Promise<Started> {
  const [port, cogPort] = [await freePort(), await freePort()];
  const child = spawn(process.execPath, [
    join(root, "infra/start.mjs"),
    ...["--state", state, "--port", String(port), "--cog-port", String(cogPort), ...more],
  ]);
  running.push(child);
  let printed = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.on("data", (chunk: Buffer) => {
      printed += chunk.toString();
    });
  }
  const exit = once(child, "exit") as Promise<[number | null]>;
  return {
    child,
    url: `http://127.0.0.1:${port}`,
    cogUrl: `http://127.0.0.1:${cogPort}`,
    printed: () => printed,
    until: async (text) => {
      while (!printed.includes(text)) {
        if (child.exitCode !== null) throw new Error(`it ended early:\n${printed}`);
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
    },
    ended: async () => (await exit)[0],
  };
}

const isUp = (url: string) =>
  fetch(url).then(
    () => true,
    () => false,
  );

describe("npm start", () => {
  it("--exit carries the photograph through, writes the picture and ends with 0; the next start goes on from its state", async () => {
    const state = newFolder();
    const first = await start(state, "--exit");
    expect(await first.ended(), first.printed()).toBe(0);
    expect(first.printed()).toMatch(/100 %/);
    const png = readFileSync(join(state, "demonstration.png"));
    expect(png.subarray(1, 4).toString()).toBe("PNG");
    expect(await isUp(first.url)).toBe(false);

    const second = await start(state);
    await second.until("Ctrl-C");
    const key = /Key {3}(\S+)/.exec(second.printed())?.[1] ?? "";
    expect(first.printed()).toContain(key);
    expect(first.printed()).toContain(`${first.url}/#key=${key}`);
    const { balance } = await call<Account>(second.url, key, "GET", "/v1/account");
    const charged = Number(/charged (\d+)/.exec(second.printed())?.[1]);
    expect(balance).toMatchObject({ available: 1_000_000_000 - 2 * charged, reserved: 0 });

    second.child.kill("SIGINT");
    expect(await second.ended()).toBe(0);
    expect(await isUp(second.url)).toBe(false);
    expect(await isUp(second.cogUrl)).toBe(false);
  });

  it("names the port that is taken, and the option to choose another", async () => {
    const taken = createServer().listen(0, "127.0.0.1");
    await once(taken, "listening");
    const { port } = taken.address() as AddressInfo;
    const refused = await start(newFolder(), "--port", String(port));
    expect(await refused.ended()).toBe(1);
    expect(refused.printed()).toContain(`Port ${port} is taken`);
    expect(refused.printed()).toContain("--port");
    taken.close();
  });
});

/** A bare copy of the bootstrap, run with a PATH that holds Node and these commands alone. */
function bootstrap(commands: Record<string, string>, packagesInstalled: boolean, link?: string) {
  const copy = newFolder();
  const needs = ["requirements.txt", "requirements-stable-diffusion.txt"].map(
    (name) => `model-image/${name}`,
  );
  for (const path of ["infra/start.mjs", "package-lock.json", ...needs]) {
    cpSync(join(root, path), join(copy, path));
  }
  mkdirSync(join(copy, "bin"));
  for (const [name, script] of Object.entries(commands)) {
    writeFileSync(join(copy, "bin", name), `#!/bin/sh\n${script}\n`);
    chmodSync(join(copy, "bin", name), 0o755);
  }
  if (link !== undefined) symlinkSync(link, join(copy, "node_modules"));
  if (packagesInstalled) {
    const lock = createHash("sha256").update(readFileSync(join(copy, "package-lock.json")));
    mkdirSync(join(copy, "node_modules"));
    writeFileSync(join(copy, "node_modules/.inlay-stamp"), lock.digest("hex"));
  }
  const result = spawnSync(process.execPath, [join(copy, "infra/start.mjs")], {
    encoding: "utf8",
    env: { ...process.env, PATH: [join(copy, "bin"), "/bin"].join(delimiter) },
  });
  return { status: result.status, printed: result.stdout + result.stderr };
}

describe("the bootstrap", () => {
  const none = "exit 127";
  const noPython = {
    python3: none,
    "python3.10": none,
    "python3.11": none,
    "python3.12": none,
    "python3.13": none,
  };

  it("without a Python of a known version says which to install", () => {
    const { status, printed } = bootstrap(noPython, true);
    expect(status).toBe(1);
    expect(printed).toContain("✗ No Python between 3.10 and 3.13 was found. Install one");
  });

  it("takes no Python that is too new or too old for torch", () => {
    const { printed } = bootstrap({ ...noPython, python3: "echo 3.14" }, true);
    expect(printed).toContain("No Python between 3.10 and 3.13");
  });

  it("lets npm ci empty no folder that node_modules merely leads to", () => {
    const shared = newFolder();
    writeFileSync(join(shared, "package"), "");
    const { status, printed } = bootstrap({ npm: `rm -r ${shared}/*` }, false, shared);
    expect(status).toBe(1);
    expect(printed).toContain("✗ node_modules is a link");
    expect(readdirSync(shared)).toEqual(["package"]);
  });

  it("where npm fails says so in one sentence with the remedy", () => {
    const { status, printed } = bootstrap({ npm: "exit 1" }, false);
    expect(status).toBe(1);
    expect(printed).toContain("✗ npm ci failed; see its message above. Check the network");
  });

  it("where the environment cannot be made names the package that is missing", () => {
    const python = 'case "$1" in -c) echo 3.11;; *) exit 1;; esac';
    const { status, printed } = bootstrap({ ...noPython, "python3.11": python }, true);
    expect(status).toBe(1);
    expect(printed).toContain("Install your Python's venv package");
  });

  it("where pip fails says so in one sentence with the remedy", () => {
    const environment =
      'mkdir -p "$3/bin"; printf "#!/bin/sh\\nexit 1\\n" > "$3/bin/python"; chmod +x "$3/bin/python"';
    const python = `case "$1" in -c) echo 3.11;; *) ${environment};; esac`;
    const { status, printed } = bootstrap({ ...noPython, "python3.11": python }, true);
    expect(status).toBe(1);
    expect(printed).toContain(
      "✗ pip failed; see its message above. Check the network and the free disk space",
    );
  });
});
