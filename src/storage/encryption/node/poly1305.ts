import type { Bytes } from "#base/bytes.ts";

const prime = (1n << 130n) - 5n;
const clamp = 0x0ffffffc0ffffffc0ffffffc0fffffffn;
const tagMask = (1n << 128n) - 1n;
const blockBytes = 16;

/** The 16 bytes that authenticate the message. The key, of 32 bytes, is for this message only. */
export function poly1305(key: Bytes, message: Bytes): Bytes {
  const point = littleEndian(key.subarray(0, 16)) & clamp;
  let sum = 0n;
  for (let offset = 0; offset < message.length; offset += blockBytes) {
    const block = message.subarray(offset, offset + blockBytes);
    // A bit behind the block's last byte tells apart blocks that end in zeros.
    const number = littleEndian(block) | (1n << BigInt(block.length * 8));
    sum = ((sum + number) * point) % prime;
  }
  let rest = (sum + littleEndian(key.subarray(16))) & tagMask;
  return Uint8Array.from({ length: 16 }, () => {
    const byte = Number(rest & 0xffn);
    rest >>= 8n;
    return byte;
  });
}

/** Of at most 16 bytes. */
function littleEndian(bytes: Bytes): bigint {
  const padded = new Uint8Array(blockBytes);
  padded.set(bytes);
  const view = new DataView(padded.buffer);
  return (view.getBigUint64(8, true) << 64n) | view.getBigUint64(0, true);
}
