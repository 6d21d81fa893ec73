import { WorkMessage } from "../../schemas/work-message.ts";
import { raise } from "../alerts.ts";
import { describeError, log } from "../log.ts";
import { perform } from "./perform.ts";
import type { Services } from "./ports.ts";

/** What becomes of a queue's message: done with, or to be brought again after a while. */
export type Verdict = "ack" | { readonly delaySeconds: number };

/**
 * Works off one message of the queue. What cannot be read was written by another release and is dropped, and a dead
 * letter only wakes its account: whatever either was for is still due there. Never throws.
 */
export async function consume(
  services: Services,
  body: unknown,
  letter: { readonly dead: boolean; readonly attempts: number },
): Promise<Verdict> {
  const parsed = WorkMessage.safeParse(body);
  if (!parsed.success) {
    raise("work.unreadable", { dead: letter.dead });
    return "ack";
  }
  const { type, account } = parsed.data;
  if (letter.dead) raise("work.dead", { type, account, files: filesOf(parsed.data) });
  try {
    await perform(services, letter.dead ? { v: 1, type: "wake", account } : parsed.data);
    return "ack";
  } catch (error) {
    log("warn", "work.failed", { type, account, reason: describeError(error) });
    return { delaySeconds: Math.min(2 ** letter.attempts, 300) };
  }
}

/** Where the files lie that a message was to remove. */
function filesOf(message: WorkMessage): string | undefined {
  return message.type === "purge" ? message.prefixes.join(" ").slice(0, 2_000) : undefined;
}
