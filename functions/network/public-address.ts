type Range = readonly [network: string, bits: number];

/** IPv4 ranges that lead nowhere public, from IANA's special-purpose registry, with multicast and class E. */
const privateV4: readonly Range[] = [
  ["0.0.0.0", 8],
  ["10.0.0.0", 8],
  ["100.64.0.0", 10],
  ["127.0.0.0", 8],
  ["169.254.0.0", 16],
  ["172.16.0.0", 12],
  ["192.0.0.0", 24],
  ["192.0.2.0", 24],
  ["192.88.99.0", 24],
  ["192.168.0.0", 16],
  ["198.18.0.0", 15],
  ["198.51.100.0", 24],
  ["203.0.113.0", 24],
  ["224.0.0.0", 3],
];

/** IPv6 is public in 2000::/3 alone, less these: protocol assignments, documentation, 6to4. */
const publicV6: Range = ["2000::", 3];
const privateV6: readonly Range[] = [
  ["2001::", 23],
  ["2001:db8::", 32],
  ["2002::", 16],
  ["3fff::", 20],
];

/** Whether an IP address, as text, belongs to the public internet. What is no address does not. */
export function isPublicAddress(text: string): boolean {
  const v4 = parseV4(text);
  if (v4 !== null) return !privateV4.some((range) => within(v4, range, parseV4, 32));
  const v6 = parseV6(text);
  if (v6 === null) return false;
  const inside = (range: Range) => within(v6, range, parseV6, 128);
  return inside(publicV6) && !privateV6.some(inside);
}

function within(
  address: bigint,
  [network, bits]: Range,
  parse: (text: string) => bigint | null,
  width: number,
): boolean {
  const shift = BigInt(width - bits);
  return address >> shift === (parse(network) ?? -1n) >> shift;
}

function parseV4(text: string): bigint | null {
  if (!/^(\d{1,3}\.){3}\d{1,3}$/.test(text)) return null;
  const parts = text.split(".").map(Number);
  if (parts.some((part) => part > 255)) return null;
  return parts.reduce((value, part) => (value << 8n) | BigInt(part), 0n);
}

/** The eight groups, with `::` filled up; a dotted tail (`::ffff:10.0.0.1`) is none of a public address. */
function parseV6(text: string): bigint | null {
  const halves = text.split("::");
  if (halves.length > 2) return null;
  const [head = [], tail = []] = halves.map((half) => (half === "" ? [] : half.split(":")));
  const missing = 8 - head.length - tail.length;
  if (halves.length === 2 ? missing < 1 : missing !== 0) return null;
  const groups = [...head, ...Array.from({ length: missing }, () => "0"), ...tail];
  if (!groups.every((group) => /^[0-9a-f]{1,4}$/i.test(group))) return null;
  return groups.reduce((value, group) => (value << 16n) | BigInt(`0x${group}`), 0n);
}
