import { limits } from "../../schemas/limits.ts";

/** The file URLs in a prediction's output, for providers that hand files out; none where the output is no list of URLs. */
export function outputUrls(output: unknown): string[] {
  const list = Array.isArray(output) ? output : [output];
  const urls = list.filter(
    (item): item is string => typeof item === "string" && /^https?:\/\//.test(item),
  );
  return urls.slice(0, limits.maxOutputs);
}
