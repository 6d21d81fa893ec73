import { readFile, writeFile } from "node:fs/promises";
import { basename, extname } from "node:path";
import { parseArgs } from "node:util";
import type { Edit } from "../../schemas/edit.ts";
import type { EditParameters } from "../client/edits.ts";
import { InlayError } from "../client/errors.ts";
import { ProgressBar } from "./progress.ts";
import { clientOf, commonOptions, settingsOf, UsageError } from "./settings.ts";

export const editHelp = `inlay edit <picture> --mask <picture> [-p <prompt>] [-o <file>]

Changes a picture where its mask is white and writes the result. Ctrl-C cancels the edit.

  --mask FILE          white where the picture is repainted, black where it is kept
  --example FILE       what paint_by_example paints in
  -p, --prompt TEXT    what to paint; --negative-prompt TEXT what not to
  --task TASK          inpaint with a prompt, erase without one; or paint_by_example, text_to_image
  -o, --output FILE    where the result goes (out.png); several become out-1.png, out-2.png, ...
  --n, --seed, --steps, --guidance, --strength NUMBER; --sampler NAME
  --json               print the finished edit`;

const numbers = ["n", "seed", "steps", "guidance", "strength", "width", "height"] as const;
const formats: Readonly<Record<string, "png" | "webp" | "jpeg">> = {
  ".png": "png",
  ".webp": "webp",
  ".jpg": "jpeg",
  ".jpeg": "jpeg",
};

/** `inlay edit`: sends an edit, shows how it goes, and writes what comes back. */
export async function edit(args: string[]): Promise<number> {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: {
      ...commonOptions,
      mask: { type: "string" },
      example: { type: "string" },
      prompt: { type: "string", short: "p" },
      "negative-prompt": { type: "string" },
      task: { type: "string" },
      output: { type: "string", short: "o", default: "out.png" },
      sampler: { type: "string" },
      ...namedOptions(numbers),
      json: { type: "boolean", default: false },
    },
  });
  const settings = settingsOf(values);
  const output_format = formats[extname(values.output).toLowerCase()];
  if (output_format === undefined) {
    throw new UsageError(`${values.output} has no ending of .png, .webp or .jpg. Give it one.`);
  }
  const given = Object.fromEntries(
    Object.entries({
      prompt: values.prompt,
      negative_prompt: values["negative-prompt"],
      sampler: values.sampler,
      image: await fileOf(positionals[0]),
      mask: await fileOf(values.mask),
      example: await fileOf(values.example),
      ...Object.fromEntries(numbers.map((name) => [name, numberOf(name, values[name])])),
    }).filter(([, value]) => value !== undefined),
  );
  const task = values.task ?? (values.prompt === undefined ? "erase" : "inpaint");
  const client = clientOf(settings);
  const created = await client.edits.create({ ...given, task, output_format } as EditParameters);
  const stop = new AbortController();
  process.once("SIGINT", () => stop.abort());
  const bar = new ProgressBar(process.stderr);
  const finished = await client.edits
    .wait(created.id, { onNews: (news) => bar.take(news), signal: stop.signal })
    .catch(async (error: unknown) => {
      if (!stop.signal.aborted) throw error;
      return client.edits.cancel(created.id);
    });
  bar.end(finished);
  await write(finished, values.output);
  if (values.json) console.log(JSON.stringify(finished, null, 2));
  if (finished.status === "succeeded") return 0;
  console.error(`✗ ${finished.error?.detail ?? `The edit was ${finished.status}.`}`);
  return 1;
}

function namedOptions<Name extends string>(names: readonly Name[]) {
  return Object.fromEntries(names.map((name) => [name, { type: "string" }])) as Record<
    Name,
    { type: "string" }
  >;
}

function numberOf(name: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const value = Number(text);
  if (text.trim() !== "" && Number.isFinite(value)) return value;
  throw new UsageError(`--${name} takes a number, not ${text}.`);
}

async function fileOf(path: string | undefined): Promise<File | undefined> {
  if (path === undefined) return undefined;
  const bytes = await readFile(path).catch((cause: unknown) => {
    throw new UsageError(`${path} cannot be read. Check its name.`, { cause });
  });
  return new File([bytes], basename(path));
}

/** Writes every output that was delivered, and says of the others why they are not there. */
async function write({ outputs }: Edit, path: string): Promise<void> {
  const ending = extname(path);
  for (const [index, { url, blocked, kept_pixels }] of outputs.entries()) {
    if (url === null) {
      console.error(`✗ Output ${index + 1} is withheld: ${blocked ?? "its file is gone"}.`);
      continue;
    }
    const target =
      outputs.length === 1 ? path : `${path.slice(0, -ending.length)}-${index + 1}${ending}`;
    const answer = await fetch(url);
    if (!answer.ok) throw new InlayError(`The result answered ${answer.status}. Try again.`);
    await writeFile(target, new Uint8Array(await answer.arrayBuffer()));
    console.error(`✓ ${target}: ${kept_pixels} pixels as they were`);
  }
}
