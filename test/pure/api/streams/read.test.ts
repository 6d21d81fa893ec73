import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Pushed } from "../../../../functions/account/stream-hub.ts";
import { Mailbox, type Mail } from "../../../../functions/api/streams/mailbox.ts";
import { readStream, type StreamPage } from "../../../../functions/api/streams/read.ts";
import type { WebhookEvent } from "../../../../schemas/webhook-event.ts";

const eventOf = (sequence: number, status = "queued") =>
  ({
    type: `edit.${status}`,
    sequence,
    data: { object: "edit", id: "edit_1", status },
  }) as WebhookEvent;

function pushed(sequence: number, status = "queued"): Pushed {
  return { kind: "event", sequence, payload: JSON.stringify(eventOf(sequence, status)) };
}

const progress = (id: string, share: number): Pushed => ({
  kind: "live",
  live: { object: "edit.progress", id, progress: share, queue_position: null },
});

function pageOf(log: readonly number[], after: number, limit: number): StreamPage {
  const rows = log.filter((sequence) => sequence > after);
  const events = rows.slice(0, limit).map((sequence) => eventOf(sequence));
  return { events, more: rows.length > limit, next: events.at(-1)?.sequence ?? after };
}

/** The ids of the frames that a stream has until it ends. */
async function idsOf(frames: AsyncGenerator<string, void>): Promise<number[]> {
  const ids: number[] = [];
  for await (const frame of frames) {
    const id = /^id: (\d+)$/m.exec(frame)?.[1];
    if (id !== undefined) ids.push(Number(id));
  }
  return ids;
}

/** A mailbox that holds this and then ends. */
function holding(...messages: readonly Pushed[]): Mailbox {
  const mailbox = new Mailbox();
  for (const message of messages) mailbox.put(message);
  mailbox.close();
  return mailbox;
}

const source = (mailbox: Pick<Mailbox, "take">, log: readonly number[], limit: number) => ({
  mailbox,
  page: (after: number | null) => Promise.resolve(pageOf(log, after ?? 0, limit)),
  now: () => 0,
  until: 60_000,
});

describe("a stream", () => {
  it("has every event once, wherever the log's pages end and pushing begins", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 0, max: 60 }),
        fc.integer({ min: 0, max: 60 }),
        fc.integer({ min: 0, max: 60 }),
        fc.integer({ min: 1, max: 7 }),
        async (length, subscribed, after, limit) => {
          const log = Array.from({ length }, (_, index) => index + 1);
          // The mailbox was open from some event on; the log was read later, so that both have some.
          const mailbox = holding(...log.slice(subscribed).map((sequence) => pushed(sequence)));
          const read = log.slice(0, Math.max(subscribed, length - 3));
          const from = source(mailbox, read, limit);
          const ids = await idsOf(readStream(from, await from.page(after), null));
          expect(ids).toEqual(log.slice(after));
        },
      ),
    );
  });

  it("of an edit ends with its last event, and with the page that has it", async () => {
    const live = source(holding(pushed(3, "succeeded"), pushed(4)), [], 10);
    const first = { events: [eventOf(2)], more: false, next: 2, over: false };
    expect(await idsOf(readStream(live, first, "edit_1"))).toEqual([2, 3]);
    const ended = { events: [eventOf(2)], more: false, next: 2, over: true };
    expect(await idsOf(readStream(live, ended, "edit_1"))).toEqual([2]);
  });

  it("says that it lives while nothing happens, and ends when its time is over", async () => {
    let now = 0;
    const waits: number[] = [];
    const take = (ms: number): Promise<Mail> => {
      waits.push(ms);
      now += ms;
      return Promise.resolve({ kind: "quiet" });
    };
    const quiet = { ...source({ take }, [], 10), now: () => now, until: 40_000 };
    const frames: string[] = [];
    for await (const frame of readStream(quiet, pageOf([], 0, 10), null)) frames.push(frame);
    expect(waits).toEqual([15_000, 15_000, 10_000]);
    expect(frames).toEqual(["retry: 1000\n\n", ...waits.map(() => ": keep-alive\n\n")]);
  });

  it("is over after so many pages that no limit of the platform ends it", async () => {
    const log = Array.from({ length: 1_000 }, (_, index) => index + 1);
    const from = source(holding(), log, 1);
    expect(await idsOf(readStream(from, await from.page(0), null))).toEqual(log.slice(0, 400));
  });
});

describe("a mailbox", () => {
  it("gives events first and in their order, of progress the latest, and drops what is too much of it", async () => {
    const mailbox = new Mailbox();
    mailbox.put(progress("edit_1", 0.1));
    mailbox.put(pushed(1));
    mailbox.put(progress("edit_1", 0.7));
    mailbox.put(pushed(2));
    for (let other = 2; other < 100; other++) mailbox.put(progress(`edit_${other}`, 0.5));
    expect(await mailbox.take(1)).toMatchObject({ kind: "event", sequence: 1 });
    expect(await mailbox.take(1)).toMatchObject({ kind: "event", sequence: 2 });
    expect(await mailbox.take(1)).toMatchObject({ live: { id: "edit_1", progress: 0.7 } });
    let kept = 1;
    while ((await mailbox.take(1)).kind === "live") kept += 1;
    expect(kept).toBe(32);
  });

  it("lets a reader go that is too far behind, after a gapless beginning", async () => {
    const mailbox = new Mailbox();
    for (let sequence = 1; sequence <= 300; sequence++) mailbox.put(pushed(sequence));
    for (let sequence = 1; sequence <= 256; sequence++) {
      expect(await mailbox.take(1)).toMatchObject({ sequence });
    }
    expect(await mailbox.take(1)).toEqual({ kind: "over" });
  });

  it("wakes its reader for what comes and at its end", async () => {
    const mailbox = new Mailbox();
    const waiting = mailbox.take(60_000);
    mailbox.put(pushed(1));
    expect(await waiting).toMatchObject({ sequence: 1 });
    const last = mailbox.take(60_000);
    mailbox.close();
    expect(await last).toEqual({ kind: "over" });
  });
});
