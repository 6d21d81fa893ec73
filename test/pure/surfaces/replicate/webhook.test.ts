import { describe, expect, it } from "vitest";
import { replicateWebhook } from "../../../../functions/surfaces/replicate/webhook.ts";
import { EditStatus } from "../../../../schemas/edit.ts";
import type { ReplicateEvent } from "../../../../schemas/surface.ts";
import { record, replicateRecord } from "../records.ts";

/** The statuses of an edit that are told to one who asked for these events. */
function toldOf(...events: ReplicateEvent[]): string[] {
  const surface = replicateRecord({ webhook: { url: "https://hooks.example.com/a", events } });
  return EditStatus.options.filter(
    (status) => replicateWebhook(surface, record({ status }, { surface })) !== null,
  );
}

const ends = ["succeeded", "failed", "canceled", "expired"];

describe("a prediction's webhook", () => {
  it.each([
    [["start"], ["processing"]],
    [["output"], ["succeeded"]],
    [["logs"], []],
    [["completed"], ends],
    [["output", "completed"], ends],
    [
      ["start", "output", "logs", "completed"],
      ["processing", ...ends],
    ],
  ] as [ReplicateEvent[], string[]][])(
    "of %j is sent when the edit becomes one of %j",
    (events, told) => {
      expect(toldOf(...events)).toEqual(told);
    },
  );

  it("is sent nowhere where none was named", () => {
    expect(replicateWebhook(replicateRecord(), record({ status: "succeeded" }))).toBeNull();
  });
});
