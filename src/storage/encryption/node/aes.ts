import { createCipheriv, createDecipheriv, randomBytes } from "node:crypto";
import { concatBytes } from "#base/bytes.ts";
import type { Bytes } from "#base/bytes.ts";
import type { ValueCipher } from "../key-ring.ts";

const nonceBytes = 12;
const tagBytes = 16;
const blockBytes = 16;
const tooShort = "the stored data was shorter than the required size";

/**
 * Nonce, ciphertext and tag; the path is authenticated too. Nonces are random, so that a key
 * should seal no more than 2^32 values; they never come from a seed, because two values under one
 * nonce give the key away.
 */
export function aesGcm(key: Bytes): ValueCipher {
  const algorithm = `aes-${sizeOf(key)}-gcm` as const;
  return {
    seal(value, path) {
      const nonce = randomBytes(nonceBytes);
      const cipher = createCipheriv(algorithm, key, nonce, { authTagLength: tagBytes });
      cipher.setAAD(path);
      return concatBytes([nonce, cipher.update(value), cipher.final(), cipher.getAuthTag()]);
    },
    open(sealed, path) {
      if (sealed.length < nonceBytes) throw new Error(tooShort);
      const end = sealed.length - tagBytes;
      if (end < nonceBytes) throw new Error("cipher: message authentication failed");
      const nonce = sealed.subarray(0, nonceBytes);
      const cipher = createDecipheriv(algorithm, key, nonce, { authTagLength: tagBytes });
      cipher.setAAD(path);
      cipher.setAuthTag(sealed.subarray(end));
      const value = cipher.update(sealed.subarray(nonceBytes, end));
      try {
        return concatBytes([value, cipher.final()]);
      } catch (cause) {
        throw new Error("cipher: message authentication failed", { cause });
      }
    },
  };
}

/** Initialization vector and padded ciphertext. Nothing tells whether somebody has changed it. */
export function aesCbc(key: Bytes): ValueCipher {
  const algorithm = `aes-${sizeOf(key)}-cbc`;
  return {
    seal(value) {
      const vector = randomBytes(blockBytes);
      const cipher = createCipheriv(algorithm, key, vector);
      return concatBytes([vector, cipher.update(value), cipher.final()]);
    },
    open(sealed) {
      if (sealed.length < blockBytes) throw new Error(tooShort);
      if (sealed.length % blockBytes !== 0) {
        throw new Error("the stored data is not a multiple of the block size");
      }
      const cipher = createDecipheriv(algorithm, key, sealed.subarray(0, blockBytes));
      const value = cipher.update(sealed.subarray(blockBytes));
      try {
        return concatBytes([value, cipher.final()]);
      } catch (cause) {
        throw new Error("invalid padding on input", { cause });
      }
    },
  };
}

function sizeOf(key: Bytes): 128 | 192 | 256 {
  const bits = key.length * 8;
  if (bits === 128 || bits === 192 || bits === 256) return bits;
  throw new TypeError(`an AES key has 16, 24 or 32 bytes, not ${key.length}`);
}
