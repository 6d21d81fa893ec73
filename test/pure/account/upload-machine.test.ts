import { describe, expect, it } from "vitest";
import {
  next,
  type UploadEffect,
  type UploadEvent,
  type UploadState,
} from "../../../functions/account/upload-machine.ts";

/** Every state and event: the state that follows, and what has to be done. */
const table: readonly (readonly [
  UploadState,
  UploadEvent,
  UploadState,
  readonly UploadEffect[],
])[] = [
  ["pending", "stored", "complete", ["record"]],
  ["complete", "stored", "complete", []],
  ["removed", "stored", "removed", []],
  ["forgotten", "stored", "forgotten", []],
  ["pending", "ended", "removed", ["purge", "abandon_parts"]],
  ["complete", "ended", "removed", ["purge"]],
  ["removed", "ended", "removed", []],
  ["forgotten", "ended", "forgotten", []],
  ["pending", "urls_ended", "pending", []],
  ["complete", "urls_ended", "complete", []],
  ["removed", "urls_ended", "forgotten", ["purge", "abandon_parts", "forget"]],
  ["forgotten", "urls_ended", "forgotten", []],
];

describe("an upload", () => {
  it.each(table)("that is %s, at %s, becomes %s", (state, event, after, effects) => {
    expect(next(state, event)).toEqual({ state: after, effects });
  });
});
