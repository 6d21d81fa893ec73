import { describe, expect, it } from "vitest";
import { checkPublicUrl } from "../../../functions/network/public-url.ts";

const open = { allowLoopback: true };
const closed = { allowLoopback: false };

describe("an address that a customer gives", () => {
  it.each([
    "https://example.org/a.png",
    "https://example.org:8443/hook?x=1",
    "https://bücher.example.org/",
    "https://a.b.c.co.uk/",
  ])("may be %s", (url) => {
    expect(checkPublicUrl(url, closed).ok).toBe(true);
  });

  it.each([
    "http://example.org/",
    "https://example.org:9000/",
    "https://user:pass@example.org/",
    "ftp://example.org/",
    "file:///etc/passwd",
    "javascript:alert(1)",
    "https://10.0.0.1/",
    "https://169.254.169.254/latest/meta-data",
    "https://2130706433/",
    "https://0x7f.1/",
    "https://0300.0250.1.1/",
    "https://１２７.0.0.1/",
    "https://[::1]/",
    "https://[::ffff:10.0.0.1]/",
    "https://[fe80::1]/",
    "https://localhost/",
    "https://localhost./",
    "https://a.localhost/",
    "https://intranet/",
    "https://printer.local/",
    "https://db.internal/",
    "https://db.internal./",
    "https://router.home.arpa/",
    "https://example.test/",
    `https://example.org/${"a".repeat(2_100)}`,
    "not a url",
    "",
  ])("may not be %s", (url) => {
    expect(checkPublicUrl(url, closed).ok).toBe(false);
  });

  it.each([
    "http://127.0.0.1:9000/hook",
    "http://localhost:3000/",
    "https://[::1]:8443/",
    "http://127.1/",
  ])("may be %s where loopback is allowed, and only there", (url) => {
    expect(checkPublicUrl(url, open).ok).toBe(true);
    expect(checkPublicUrl(url, closed).ok).toBe(false);
  });

  it.each([
    "http://192.168.0.1/",
    "http://example.org/",
    "ftp://127.0.0.1/",
    "http://u@127.0.0.1/",
  ])("may not be %s even where loopback is allowed", (url) => {
    expect(checkPublicUrl(url, open).ok).toBe(false);
  });
});
