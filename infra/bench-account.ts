import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { availableParallelism, cpus, loadavg, tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import type { Upload } from "../schemas/upload.ts";
import { childrenProcessorSeconds } from "./bench/processor-time.ts";
import type { EditsDone, EditsWanted } from "./bench/whole-edits.ts";
import { bundleWorker } from "./local/bundle.ts";
import { call, createCustomer } from "./local/customer.ts";
import { startStack, type Stack } from "./local/stack.ts";

// npm run bench:account -- --seconds 60 --at-once 16; docs/benchmark.md says what it measures.
const { values } = parseArgs({
  options: {
    seconds: { type: "string", default: "30" },
    "at-once": { type: "string", default: "16" },
    /** Where the databases lie for the time of the run. */
    folder: { type: "string", default: tmpdir() },
  },
});
const milliseconds = Number(values.seconds) * 1_000;
const atOnce = Number(values["at-once"]);
/** Edits that one request to the Worker is for. */
const batch = 4 * atOnce;

/** What was done in a span of time: by the clock, and by the processor time of workerd. */
interface Measured extends EditsDone {
  readonly edits: number;
  readonly seconds: number;
  readonly processor: number;
}

/** An account that may do what it likes, with an endpoint for every event and two pictures sent ahead. */
async function prepare({ url, adminSecret }: Stack): Promise<Omit<EditsWanted, "edits">> {
  const { account, key } = await createCustomer(url, adminSecret, 1e12);
  const limits = { creates_per_minute: 60_000, unfinished_edits: 10_000 };
  await call(url, adminSecret, "PUT", `/v1/admin/accounts/${account}/limits`, limits);
  const endpoint = { url: "https://hooks.example.org/", events: ["*"] };
  await call(url, key, "POST", "/v1/webhook-endpoints", endpoint);
  const picture = readFileSync(join(import.meta.dirname, "local/photo/mask.png"));
  const sendAhead = async () => {
    const { id, upload_url } = await call<Upload>(url, key, "POST", "/v1/uploads");
    const stored = await fetch(upload_url ?? "", { method: "PUT", body: picture });
    if (!stored.ok) throw new Error(`the upload was answered ${stored.status}`);
    return id;
  };
  return { key, image: await sendAhead(), mask: await sendAhead(), atOnce };
}

async function workOff(url: string, wanted: EditsWanted): Promise<EditsDone> {
  const answer = await fetch(`${url}/bench`, { method: "POST", body: JSON.stringify(wanted) });
  if (!answer.ok) throw new Error(`${answer.status}: ${await answer.text()}`);
  return answer.json<EditsDone>();
}

/** Whole edits, one batch after the other, for so many milliseconds. */
async function measure(
  url: string,
  wanted: Omit<EditsWanted, "edits">,
  forMs: number,
): Promise<Measured> {
  const processorBefore = childrenProcessorSeconds();
  const began = performance.now();
  let [edits, calls] = [0, 0];
  while (performance.now() - began < forMs) {
    calls += (await workOff(url, { ...wanted, edits: batch })).calls;
    edits += batch;
  }
  const seconds = (performance.now() - began) / 1_000;
  return { edits, calls, seconds, processor: childrenProcessorSeconds() - processorBefore };
}

function total(parts: readonly Measured[]): Measured {
  const sum = (of: keyof Measured) => parts.reduce((all, part) => all + part[of], 0);
  return {
    edits: sum("edits"),
    calls: sum("calls"),
    seconds: sum("seconds"),
    processor: sum("processor"),
  };
}

function told({ edits, calls, seconds, processor }: Measured): string {
  const [rate, each] = [edits / seconds, (1_000 * processor) / edits];
  return (
    `${rate.toFixed(1)} whole edits a second (${edits} in ${seconds.toFixed(1)} s, ${(calls / edits).toFixed(1)} calls ` +
    `each), ${each.toFixed(2)} ms of workerd's processor time each`
  );
}

const load = loadavg()[0] ?? 0;
const stateFolder = mkdtempSync(join(values.folder, "inlay-bench-"));
try {
  const entry = join(import.meta.dirname, "bench/worker.ts");
  const script = bundleWorker(join(stateFolder, "bundle"), entry);
  const stack = await startStack({ stateFolder, script, cog: false });
  try {
    const wanted = await prepare(stack);
    await workOff(stack.url, { ...wanted, edits: batch });
    const quarters: Measured[] = [];
    for (let quarter = 0; quarter < 4; quarter++) {
      quarters.push(await measure(stack.url, wanted, milliseconds / 4));
    }
    const cores = `${availableParallelism()} cores of ${cpus()[0]?.model.trim() ?? "no name"}`;
    console.log(
      `One account's object in local workerd, on ${cores} (load before: ${load.toFixed(1)}), databases in ${values.folder}:`,
    );
    console.log(`${told(total(quarters))}, ${atOnce} at a time`);
    for (const [place, quarter] of quarters.entries())
      console.log(`  ${place + 1}/4: ${told(quarter)}`);
  } finally {
    await stack.close();
  }
} finally {
  rmSync(stateFolder, { recursive: true, force: true });
}
