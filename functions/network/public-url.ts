import { err, ok, type Result } from "../result.ts";

const privateSuffixes = [
  "localhost",
  "local",
  "internal",
  "intranet",
  "lan",
  "home",
  "corp",
  "private",
  "home.arpa",
  "in-addr.arpa",
  "ip6.arpa",
  "test",
  "example",
  "invalid",
  "onion",
];

/**
 * Whether an address that a customer gave may be reached: https on port 443 or 8443, a public name, no user data. The
 * WHATWG parser has undone every spelling of an address (decimal, hexadecimal, full-width digits) by then. With
 * `allowLoopback`, an explicit local setting, loopback addresses are allowed as well, over http too, and nothing else.
 */
export function checkPublicUrl(
  text: string,
  options: { readonly allowLoopback: boolean },
): Result<URL, string> {
  const url = text.length <= 2_048 ? URL.parse(text) : null;
  if (url === null) return err("it is not a URL of at most 2048 characters");
  if (url.username !== "" || url.password !== "") return err("it holds a user name or password");
  const host = url.hostname.toLowerCase().replace(/\.$/, "");
  if (isLoopback(host)) {
    const web = url.protocol === "https:" || url.protocol === "http:";
    return options.allowLoopback && web ? ok(url) : err("it leads to this machine itself");
  }
  if (url.protocol !== "https:") return err("it is not https");
  if (url.port !== "" && url.port !== "8443") return err("its port is neither 443 nor 8443");
  if (host.startsWith("[") || /^\d+(\.\d+){3}$/.test(host)) return err("it is an IP address");
  if (!host.includes(".")) return err("its host is not a public name");
  if (privateSuffixes.some((suffix) => host.endsWith(`.${suffix}`))) {
    return err("its host is not a public name");
  }
  return ok(url);
}

/** Whether a host is this machine itself, by name or by address. */
export function isLoopback(host: string): boolean {
  return (
    host === "localhost" ||
    host.endsWith(".localhost") ||
    host === "[::1]" ||
    /^127(\.\d+){3}$/.test(host)
  );
}
