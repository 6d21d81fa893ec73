import type { Usage } from "../../schemas/directory.ts";
import type { UsageDay } from "../account/usage.ts";
import { merged, percentile } from "../reports/histogram.ts";

/** Days as operators see them, added up. */
export function toUsage(days: readonly UsageDay[]): Usage {
  const sum = (
    of: "succeeded" | "failed" | "canceled" | "expired" | "outputs" | "charged",
  ): number => days.reduce((total, day) => total + day[of], 0);
  const latency = merged(days.map((day) => day.latency));
  return {
    edits: {
      succeeded: sum("succeeded"),
      failed: sum("failed"),
      canceled: sum("canceled"),
      expired: sum("expired"),
    },
    outputs: sum("outputs"),
    charged: sum("charged"),
    latency_ms: {
      p50: percentile(latency, 0.5),
      p90: percentile(latency, 0.9),
      p99: percentile(latency, 0.99),
    },
  };
}
