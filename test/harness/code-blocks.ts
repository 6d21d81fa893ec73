import { readFileSync } from "node:fs";
import { join } from "node:path";

const root = join(import.meta.dirname, "../..");

/** A code block of a page: what its fence names (empty where nothing) and what it holds. */
export interface CodeBlock {
  readonly language: string;
  readonly code: string;
}

/** The code blocks of a page, in their order. */
export function codeBlocks(page: string): CodeBlock[] {
  const text = readFileSync(join(root, page), "utf8");
  return [...text.matchAll(/^```(\w*)\n([\s\S]*?)^```$/gm)].map(([, language = "", code = ""]) => ({
    language,
    code,
  }));
}

/** The code of the one block of a page that holds a text. */
export function codeHolding(page: string, text: string): string {
  const [block, another] = codeBlocks(page).filter(({ code }) => code.includes(text));
  if (block === undefined || another !== undefined) {
    throw new Error(`${page} has not one block that holds ${text}`);
  }
  return block.code;
}
