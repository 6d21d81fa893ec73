import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { isPublicAddress } from "../../../functions/network/public-address.ts";

describe("an address", () => {
  it.each(["8.8.8.8", "1.1.1.1", "172.15.0.1", "172.32.0.1", "100.128.0.1", "223.255.255.255"])(
    "%s is public",
    (address) => {
      expect(isPublicAddress(address)).toBe(true);
    },
  );

  it.each(["2606:4700::6810:84e5", "2a00:1450:4001:81b::200e", "2001:4860:4860::8888"])(
    "%s is public",
    (address) => {
      expect(isPublicAddress(address)).toBe(true);
    },
  );

  it.each([
    ...["0.0.0.0", "10.0.0.1", "100.64.0.1", "127.0.0.1", "169.254.169.254", "172.16.0.1"],
    ...["172.31.255.255", "192.0.0.8", "192.0.2.1", "192.168.1.1", "198.18.0.1", "198.51.100.7"],
    ...["203.0.113.9", "224.0.0.1", "240.0.0.1", "255.255.255.255"],
    ...["::", "::1", "::ffff:10.0.0.1", "::ffff:808:808", "64:ff9b::a00:1", "fc00::1", "fd12::1"],
    ...["fe80::1", "ff02::1", "2001::1", "2001:db8::1", "2002:a00:1::", "3fff::1", "100::1"],
  ])("%s is not", (address) => {
    expect(isPublicAddress(address)).toBe(false);
  });

  it.each([
    "",
    "example.org",
    "1.2.3",
    "1.2.3.256",
    "1.2.3.4.5",
    "1::2::3",
    "12345::",
    "g::1",
    ":",
  ])("%j is none at all", (text) => {
    expect(isPublicAddress(text)).toBe(false);
  });

  it("reads every spelling of an IPv6 address the same", () => {
    const group = fc.integer({ min: 0, max: 0xffff });
    fc.assert(
      fc.property(fc.array(group, { minLength: 6, maxLength: 6 }), (groups) => {
        const hex = groups.map((part) => part.toString(16));
        const short = `2a00::${hex.join(":")}`;
        const full = ["2a00", "0", ...hex].map((part) => part.padStart(4, "0").toUpperCase());
        expect(isPublicAddress(short)).toBe(true);
        expect(isPublicAddress(full.join(":"))).toBe(true);
      }),
    );
  });
});
