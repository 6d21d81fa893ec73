import { readFileSync } from "node:fs";

/** Clock ticks in a second, on every Linux that Node runs on. */
const ticks = 100;

/**
 * Seconds of processor time that this process's children have taken so far, as proc(5) counts it; other work beside them
 * leaves it as it is. NaN where there is no /proc.
 */
export function childrenProcessorSeconds(): number {
  try {
    const children = readFileSync(`/proc/${process.pid}/task/${process.pid}/children`, "utf8");
    return children
      .split(" ")
      .filter((pid) => pid !== "")
      .reduce((sum, pid) => sum + ticksOf(pid) / ticks, 0);
  } catch {
    return Number.NaN;
  }
}

function ticksOf(pid: string): number {
  const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
  // The name in parentheses may contain spaces; utime and stime are the 12th and 13th field after it.
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return Number(fields[11]) + Number(fields[12]);
}
