import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join, relative } from "node:path";
import { parseArgs } from "node:util";
import { createCustomer } from "./customer.ts";
import { demonstrate, demonstration } from "./demonstration.ts";
import { startStack, type Stack } from "./stack.ts";

const root = join(import.meta.dirname, "../..");

/** Credits of the local account, in micro-credits. */
const credits = 1_000_000_000;

const { values } = parseArgs({
  options: {
    exit: { type: "boolean", default: false },
    port: { type: "string", default: "8787" },
    "cog-port": { type: "string", default: "5000" },
    slots: { type: "string", default: "1" },
    state: { type: "string", default: join(root, ".inlay") },
  },
});
const stateFolder = values.state;
if (!/^[1-9]\d?$/.test(values.slots)) {
  console.error(`✗ --slots is how many edits run side by side, from 1 on; it is ${values.slots}`);
  process.exit(1);
}

let stack: Stack | null = null;
let ending = false;

async function end(code: number): Promise<never> {
  if (!ending) {
    ending = true;
    await stack?.close();
  }
  process.exit(code);
}

/** Ends politely at a signal. Called again once Miniflare runs, whose own handlers would end the process at once. */
function endAtSignals(): void {
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
    process.removeAllListeners(signal);
    process.on(signal, () => void end(0));
  }
}

/** The local customer's key: made once, kept with the state. */
async function localKey({ url, adminSecret }: Stack): Promise<string> {
  const path = join(stateFolder, "key");
  if (existsSync(path)) return readFileSync(path, "utf8");
  const { key } = await createCustomer(url, adminSecret, credits);
  writeFileSync(path, key, { mode: 0o600 });
  return key;
}

endAtSignals();
try {
  console.log("• Starting the Worker and the Cog server");
  stack = await startStack({
    stateFolder,
    port: Number(values.port),
    cogPort: Number(values["cog-port"]),
    slots: Number(values.slots),
  });
  endAtSignals();
  const key = await localKey(stack);
  console.log("• Removing a dandelion from a photograph");
  const picture = join(stateFolder, "demonstration.png");
  const edit = await demonstrate(stack.url, key, picture);
  const show = (path: string) => relative(root, path);
  console.log(`
✓ Input, mask and result, side by side: ${show(picture)}
  ${edit.outputs[0]?.kept_pixels} pixels were kept as they were, byte for byte; charged ${edit.price.charged} micro-credits.

  Try   ${stack.url}/#key=${key}
  API   ${stack.url}
  Key   ${key}

  curl -s ${stack.url}/v1/edits -H "Authorization: Bearer ${key}" -H "Prefer: wait=60" \\
    -F task=erase -F "image=@${demonstration.image}" -F "mask=@${demonstration.mask}"
`);
  if (values.exit) await end(0);
  console.log(`  Ctrl-C ends it; the state stays in ${show(stateFolder)}.`);
} catch (error) {
  console.error(`\n✗ ${error instanceof Error ? error.message : String(error)}`);
  await end(1);
}
