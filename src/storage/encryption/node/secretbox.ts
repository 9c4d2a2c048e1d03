import { randomBytes, timingSafeEqual } from "node:crypto";
import { concatBytes } from "#base/bytes.ts";
import type { Bytes } from "#base/bytes.ts";
import type { ValueCipher } from "../key-ring.ts";
import { poly1305 } from "./poly1305.ts";
import { hsalsa20, salsa20 } from "./salsa20.ts";

const nonceBytes = 24;
const tagBytes = 16;
/** The key stream's first bytes are the key of the tag, not of the text. */
const tagKeyBytes = 32;

/**
 * NaCl's secretbox, XSalsa20 with Poly1305, which OpenSSL does not have: nonce, tag and
 * ciphertext. A value opens at any place, unlike those of AES-GCM.
 */
export function secretbox(key: Bytes): ValueCipher {
  if (key.length !== 32) throw new TypeError(`a secretbox key has 32 bytes, not ${key.length}`);
  return {
    seal(value) {
      const nonce = new Uint8Array(randomBytes(nonceBytes));
      const { tagKey, text } = applied(key, nonce, value);
      return concatBytes([nonce, poly1305(tagKey, text), text]);
    },
    open(sealed) {
      if (sealed.length < nonceBytes + tagBytes) {
        throw new Error("the stored data was shorter than the required size");
      }
      const nonce = sealed.subarray(0, nonceBytes);
      const tag = sealed.subarray(nonceBytes, nonceBytes + tagBytes);
      const ciphertext = sealed.subarray(nonceBytes + tagBytes);
      const { tagKey, text } = applied(key, nonce, ciphertext);
      if (!timingSafeEqual(poly1305(tagKey, ciphertext), tag)) {
        throw new Error("secretbox: message authentication failed");
      }
      return text;
    },
  };
}

/** The text under the key stream, which is the same in both directions. */
function applied(key: Bytes, nonce: Bytes, input: Bytes): { tagKey: Bytes; text: Bytes } {
  const subkey = hsalsa20(key, nonce.subarray(0, 16));
  const padded = new Uint8Array(tagKeyBytes + input.length);
  padded.set(input, tagKeyBytes);
  salsa20(subkey, nonce.subarray(16), padded);
  return { tagKey: padded.slice(0, tagKeyBytes), text: padded.slice(tagKeyBytes) };
}
