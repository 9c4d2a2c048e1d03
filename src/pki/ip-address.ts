import type { Bytes } from "#base/bytes.ts";

/** Four or sixteen bytes. Throws when the text is no address. */
export function parseIpAddress(address: string): Bytes {
  if (!address.includes(":")) return new Uint8Array(parseV4(address, address));
  const halves = address.split("::");
  if (halves.length > 2) throw new Error(`"${address}" is not an IP address`);
  const [head = [], tail = []] = halves.map((half) => groupsOf(half, address));
  const missing = 8 - head.length - tail.length;
  const isComplete = halves.length === 1 ? missing === 0 : missing >= 1;
  if (!isComplete) throw new Error(`"${address}" is not an IP address`);
  const groups = [...head, ...Array.from({ length: missing }, () => 0), ...tail];
  return new Uint8Array(groups.flatMap((group) => [group >> 8, group & 0xff]));
}

/** In the shortest form (RFC 5952). */
export function formatIpAddress(bytes: Uint8Array): string {
  if (bytes.length === 4) return bytes.join(".");
  const groups: number[] = [];
  for (let index = 0; index < bytes.length; index += 2) {
    groups.push(((bytes[index] ?? 0) << 8) | (bytes[index + 1] ?? 0));
  }
  let [longest, length] = [-1, 1];
  for (let start = 0; start < groups.length; start++) {
    let end = start;
    while (groups[end] === 0) end++;
    if (end - start > length) [longest, length] = [start, end - start];
  }
  const hex = (part: readonly number[]) => part.map((group) => group.toString(16)).join(":");
  if (longest < 0) return hex(groups);
  return `${hex(groups.slice(0, longest))}::${hex(groups.slice(longest + length))}`;
}

function parseV4(text: string, address: string): number[] {
  const parts = text.split(".");
  const bytes = parts.map(Number);
  const isValid =
    parts.length === 4 && parts.every((part) => /^\d{1,3}$/.test(part) && Number(part) <= 255);
  if (!isValid) throw new Error(`"${address}" is not an IP address`);
  return bytes;
}

function groupsOf(half: string, address: string): number[] {
  if (half === "") return [];
  return half.split(":").flatMap((part) => {
    if (part.includes(".")) {
      const [a = 0, b = 0, c = 0, d = 0] = parseV4(part, address);
      return [(a << 8) | b, (c << 8) | d];
    }
    if (!/^[0-9a-fA-F]{1,4}$/.test(part)) throw new Error(`"${address}" is not an IP address`);
    return [Number.parseInt(part, 16)];
  });
}
