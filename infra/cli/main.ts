import { ApiError, InlayError } from "../client/errors.ts";
import { creditsHelp, showCredits } from "./credits.ts";
import { doctor, doctorHelp } from "./doctor.ts";
import { edit, editHelp } from "./edit.ts";
import { keys, keysHelp } from "./keys.ts";
import { listen, listenHelp } from "./listen.ts";

/** A command: takes its arguments, and returns the exit code. */
interface Command {
  readonly run: (args: string[]) => Promise<number>;
  readonly help: string;
}

const commands: Readonly<Record<string, Command>> = {
  edit: { run: edit, help: editHelp },
  listen: { run: listen, help: listenHelp },
  keys: { run: keys, help: keysHelp },
  credits: { run: showCredits, help: creditsHelp },
  doctor: { run: doctor, help: doctorHelp },
};

const help = `inlay <command>

  edit      change a picture where its mask is white
  listen    forward the account's events to an address on this machine, as webhooks
  keys      show the account's keys, make one, revoke one
  credits   show the balance and the last movements
  doctor    check the address, the key and this machine

  --key KEY  an API key; or INLAY_API_KEY in the environment
  --url URL  the deployment; or INLAY_URL; or http://127.0.0.1:8787
  --help     after a command, what it takes`;

/** Runs the command line; the exit code. What a person can mend is said in one sentence. */
async function main([name = "", ...args]: string[]): Promise<number> {
  const command = Object.hasOwn(commands, name) ? commands[name] : undefined;
  const asked = [name, ...args].some((word) => word === "--help" || word === "-h");
  if (command === undefined || asked) {
    console.log(command?.help ?? help);
    return command === undefined && !asked ? 2 : 0;
  }
  try {
    return await command.run(args);
  } catch (error) {
    const known = error instanceof InlayError || isUsage(error);
    if (!known) throw error;
    const id = error instanceof ApiError ? ` (${error.code}, request ${error.requestId})` : "";
    console.error(`✗ ${error.message}${id}`);
    return 1;
  }
}

/** Whether Node's parser of arguments refused them. */
function isUsage(error: unknown): error is Error {
  return (
    error instanceof Error && "code" in error && String(error.code).startsWith("ERR_PARSE_ARGS")
  );
}

process.exitCode = await main(process.argv.slice(2));
