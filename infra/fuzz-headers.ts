import { spawn } from "node:child_process";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { parseArgs } from "node:util";
import { Bytes } from "../functions/images/bytes.ts";
import { readHeader, tryHeader } from "../functions/images/header.ts";
import { problemCatalogue } from "../schemas/problem-catalogue.ts";
import { drawing, mutated, pictures } from "../test/pure/images/mutate.ts";

// npm run fuzz:headers -- --files 1000000 --seed 1: the edge's header reader beside the decoders, on mutated files.
const { values } = parseArgs({
  options: {
    files: { type: "string", default: "1000000" },
    seed: { type: "string", default: "1" },
  },
});
const files = Number(values.files);
const draw = drawing(Number(values.seed));
const modelImage = join(import.meta.dirname, "../model-image");

/** The decoders, asked one file after the other. */
const decoder = spawn(
  join(modelImage, ".venv/bin/python"),
  ["../test/model-image/decoder_sizes.py"],
  { cwd: modelImage, stdio: ["pipe", "pipe", "ignore"] },
);
const answers = createInterface({ input: decoder.stdout })[Symbol.asyncIterator]();

const batch = 512;
const counts = { read: 0, refused: 0, same: 0, unopened: 0, different: 0, thrown: 0 };
let mostWork = 0;

interface Asked {
  readonly name: string;
  readonly bytes: Uint8Array;
  readonly size: string;
}

for (let done = 0; done < files; done += batch) {
  const asked: Asked[] = [];
  for (let file = done; file < Math.min(done + batch, files); file++) {
    const seed = pictures[draw(pictures.length)];
    if (seed !== undefined) asked.push(...readOne(seed.name, mutated(seed.bytes, draw)));
  }
  const sent = asked.flatMap(({ bytes }) => {
    const length = Buffer.alloc(4);
    length.writeUInt32BE(bytes.length);
    return [length, bytes];
  });
  decoder.stdin.write(Buffer.concat(sent));
  for (const one of asked) await compare(one);
}
decoder.stdin.end();
const failed = counts.thrown + counts.different;
console.log(JSON.stringify({ files, ...counts, mostWorkPerByte: mostWork }));
console.log(`${files - failed} passed, ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;

/** Reads a file; where a size is told, it is to be compared. */
function readOne(name: string, bytes: Uint8Array): Asked[] {
  try {
    const header = readHeader(bytes);
    const counted = new Bytes(bytes);
    tryHeader(counted);
    mostWork = Math.max(mostWork, counted.work / (bytes.length + 1_024));
    if (header.ok) {
      counts.read += 1;
      return [{ name, bytes, size: `${header.value.width} ${header.value.height}` }];
    }
    if (!Object.hasOwn(problemCatalogue, header.problem.code)) throw new Error(header.problem.code);
    counts.refused += 1;
  } catch (error) {
    counts.thrown += 1;
    console.log(`thrown: ${name}: ${String(error)}: ${Buffer.from(bytes).toString("base64")}`);
  }
  return [];
}

async function compare({ name, bytes, size }: Asked): Promise<void> {
  const answer = (await answers.next()).value ?? "";
  if (answer === "-") counts.unopened += 1;
  else if (answer === size) counts.same += 1;
  else {
    counts.different += 1;
    console.log(`${name}: ${size}, decoder ${answer}: ${Buffer.from(bytes).toString("base64")}`);
  }
}
