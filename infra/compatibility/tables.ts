import { spans } from "../../functions/account/context.ts";
import type { Rule, Rules } from "../../functions/surfaces/mapping.ts";
import type { Model } from "../../functions/surfaces/models.ts";
import type { SurfaceRoute } from "../../functions/surfaces/surface-route.ts";
import { EditStatus } from "../../schemas/edit.ts";
import { limits } from "../../schemas/limits.ts";

export const mebibytes = (bytes: number) => `${bytes / 1024 / 1024} MiB`;

/** A Markdown table; bars in its cells are escaped. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`;
  return [line(head), `|${"---|".repeat(head.length)}`, ...rows.map(line)].join("\n");
}

export function routesTable(routes: readonly SurfaceRoute[]): string {
  return table(
    ["route", "what it does"],
    routes.map(({ method, path, summary }) => [
      `\`${method} ${path.replaceAll(/:(\w+)/g, "{$1}")}\``,
      summary,
    ]),
  );
}

export function modelsTable(models: readonly Model[]): string {
  return table(
    ["model", "version", "task"],
    models.map(({ name, version, task }) => [`\`${name}\``, `\`${version}\``, `\`${task}\``]),
  );
}

/** What becomes of each parameter. */
export function parametersTable(rules: Rules): string {
  return table(
    ["parameter", "becomes", ""],
    Object.entries(rules).map(([name, rule]) => [`\`${name}\``, ...becomes(rule)]),
  );
}

function becomes(rule: Rule): [string, string] {
  switch (rule.type) {
    case "maps": {
      const required = rule.required === true ? "required" : "";
      const note = [required, rule.note ?? ""].filter((part) => part !== "");
      return [`\`${rule.to}\``, note.join("; ")];
    }
    case "picture":
      return [`\`${rule.role}\``, rule.note ?? ""];
    case "answers":
      return ["how to answer", rule.note];
    case "ignored":
      return ["ignored", rule.why];
    case "refused": {
      const allowed = rule.harmless.filter((value) => typeof value !== "number");
      const but = allowed.map((value) => `\`${String(value)}\``).join(", ");
      return [allowed.length === 0 ? "refused" : `refused, but for ${but}`, rule.why];
    }
    default:
      return rule satisfies never;
  }
}

export function statesTable(states: Readonly<Record<string, string>>): string {
  return table(
    ["edit", "there"],
    EditStatus.options.map((status) => [`\`${status}\``, `\`${states[status] ?? ""}\``]),
  );
}

/** The peers' limits beside Inlay's. */
export function limitsTable(
  peer: string,
  rows: readonly (readonly [string, string, string])[],
): string {
  return table(["limit", peer, "here"], rows);
}

export const hours = (ms: number) => `${ms / 3_600_000} h`;
export const prompt = `${limits.promptCharacters} characters`;
export const pictures = `PNG, JPEG, WebP, HEIC or AVIF of ${limits.minSide} to ${limits.maxSide} pixels a side, up to ${limits.maxPixels / 1e6} million pixels and ${mebibytes(limits.imageBytes)}`;
export const creates = `${limits.createsPerMinute} a minute, or what the operator sets`;
export const retention = hours(spans.retention);
