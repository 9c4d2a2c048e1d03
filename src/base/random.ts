/** Randomness, injected like time, so that a simulation's seed fixes every choice. */
export interface Random {
  /** In [0, 1). */
  float(): number;
  /** A version 4 UUID. */
  uuid(): string;
}

/** Random words in stock: a call for each would cost more than all else that is done with it. */
const words = new Uint32Array(256);
let wordsLeft = 0;

export const cryptoRandom: Random = {
  float() {
    if (wordsLeft === 0) {
      crypto.getRandomValues(words);
      wordsLeft = words.length;
    }
    return (words[--wordsLeft] ?? 0) / 2 ** 32;
  },
  uuid: () => crypto.randomUUID(),
};

/** Deterministic: the same seed gives the same sequence. (mulberry32) */
export function seededRandom(seed: number): Random {
  let state = seed >>> 0;
  const float = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  const hex = (digits: number) =>
    Array.from({ length: digits }, () => Math.floor(float() * 16).toString(16)).join("");
  return {
    float,
    uuid: () =>
      `${hex(8)}-${hex(4)}-4${hex(3)}-${"89ab"[Math.floor(float() * 4)]}${hex(3)}-${hex(12)}`,
  };
}

/** Upstream's alphabet for generated names: no vowels, so no words; no 0, 1, 3, l that look alike. */
const nameAlphabet = "bcdfghjklmnpqrstvwxz2456789";

/** `length` characters for the end of a generated name. */
export function nameSuffix(random: Random, length = 5): string {
  let suffix = "";
  for (let index = 0; index < length; index++) {
    suffix += nameAlphabet[Math.floor(random.float() * nameAlphabet.length)];
  }
  return suffix;
}
