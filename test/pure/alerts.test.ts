import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { alerts } from "../../functions/alerts.ts";

const root = join(import.meta.dirname, "../..");
const runbook = readFileSync(join(root, "infra/RUNBOOK.md"), "utf8");
const [, ...sections] = runbook.split(/^### /m);
const entries = new Map(
  sections.map((section) => {
    const [heading = "", ...rest] = section.split(/\n(?:## .*\n)?/);
    return [heading.replaceAll("`", ""), rest.join("\n")];
  }),
);

/** Every source of the Worker but the list of alerts itself. */
const sources = readdirSync(join(root, "functions"), { recursive: true, encoding: "utf8" })
  .filter((name) => name.endsWith(".ts") && name !== "alerts.ts")
  .map((name) => readFileSync(join(root, "functions", name), "utf8"))
  .join("\n");

describe("the runbook", () => {
  it("has an entry for every alert and no other", () => {
    expect([...entries.keys()].toSorted()).toEqual(Object.keys(alerts).toSorted());
  });

  it.each(Object.entries(alerts))(
    "says of %s when it is one, what it means, where to look, what to do and when it is over",
    (name, { lines, minutes }) => {
      const entry = entries.get(name) ?? "";
      const line = /```json\n(.*)\n```/.exec(entry)?.[1] ?? "{}";
      expect(JSON.parse(line)).toMatchObject({ level: "error", event: name });
      const parts = [...entry.matchAll(/^- \*\*(\w+):\*\*/gm)].map(([, part]) => part);
      expect(parts).toEqual(["Alarm", "Means", "Look", "Do", "Over"]);
      const alarm = `- **Alarm:** ${lines} line${lines === 1 ? "" : "s"} in ${minutes} minutes.`;
      expect(entry).toContain(alarm);
    },
  );
});

describe("the Worker", () => {
  it.each(Object.keys(alerts))("raises %s", (name) => {
    expect(sources).toContain(`"${name}"`);
  });

  it("writes no line of the level error that is no alert", () => {
    expect(sources).not.toMatch(/console\.error|log\(\s*"error"/);
  });
});
