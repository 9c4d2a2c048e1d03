import type { Bytes } from "#base/bytes.ts";

/** "expand 32-byte k", as words. */
const constants = [0x61707865, 0x3320646e, 0x79622d32, 0x6b206574] as const;
const blockBytes = 64;

/** Puts Salsa20's key stream over the bytes, from its beginning. The nonce has 8 bytes. */
export function salsa20(key: Bytes, nonce: Bytes, bytes: Bytes): void {
  const input = new Uint8Array(16);
  input.set(nonce);
  const state = stateOf(key, input);
  const block = new Uint32Array(16);
  const stream = new DataView(new ArrayBuffer(blockBytes));
  for (let offset = 0; offset < bytes.length; offset += blockBytes) {
    block.set(state);
    mix(block);
    for (let word = 0; word < 16; word++) {
      stream.setUint32(word * 4, wordAt(block, word) + wordAt(state, word), true);
    }
    const end = Math.min(blockBytes, bytes.length - offset);
    for (let at = 0; at < end; at++) {
      bytes[offset + at] = (bytes[offset + at] ?? 0) ^ stream.getUint8(at);
    }
    // A value has not 2^32 blocks: the counter's other half stays 0.
    state[8] = wordAt(state, 8) + 1;
  }
}

/** A key of its own for 16 bytes of input: what makes nonces of 24 bytes out of those of 8. */
export function hsalsa20(key: Bytes, input: Bytes): Bytes {
  const block = stateOf(key, input);
  mix(block);
  const derived = new DataView(new ArrayBuffer(32));
  for (const [index, word] of [0, 5, 10, 15, 6, 7, 8, 9].entries()) {
    derived.setUint32(index * 4, wordAt(block, word), true);
  }
  return new Uint8Array(derived.buffer);
}

/** Constants on the diagonal, the key's halves above and below the input. */
function stateOf(key: Bytes, input: Bytes): Uint32Array {
  const [first, second, third, fourth] = constants;
  const keyWords = wordsOf(key);
  return Uint32Array.of(
    first,
    ...keyWords.subarray(0, 4),
    second,
    ...wordsOf(input),
    third,
    ...keyWords.subarray(4),
    fourth,
  );
}

/** Each column, then each row, from the diagonal on. */
const quarters: readonly (readonly [number, number, number, number])[] = [
  [0, 4, 8, 12],
  [5, 9, 13, 1],
  [10, 14, 2, 6],
  [15, 3, 7, 11],
  [0, 1, 2, 3],
  [5, 6, 7, 4],
  [10, 11, 8, 9],
  [15, 12, 13, 14],
];

/** Twenty rounds, two at a time. */
function mix(block: Uint32Array): void {
  for (let round = 0; round < 20; round += 2) {
    for (const [a, b, c, d] of quarters) {
      block[b] = wordAt(block, b) ^ rotated(wordAt(block, a) + wordAt(block, d), 7);
      block[c] = wordAt(block, c) ^ rotated(wordAt(block, b) + wordAt(block, a), 9);
      block[d] = wordAt(block, d) ^ rotated(wordAt(block, c) + wordAt(block, b), 13);
      block[a] = wordAt(block, a) ^ rotated(wordAt(block, d) + wordAt(block, c), 18);
    }
  }
}

const rotated = (word: number, bits: number) => (word << bits) | (word >>> (32 - bits));

const wordAt = (words: Uint32Array, index: number) => words[index] ?? 0;

function wordsOf(bytes: Bytes): Uint32Array {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return Uint32Array.from({ length: bytes.length / 4 }, (_, index) =>
    view.getUint32(index * 4, true),
  );
}
