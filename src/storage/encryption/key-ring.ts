import { concatBytes, text, utf8 } from "#base/bytes.ts";
import type { Bytes } from "#base/bytes.ts";

/** Makes of a value what is stored, with one key, and the value of that again. */
export interface ValueCipher {
  /** `path` is where the value lies; ciphers that authenticate it open it nowhere else. */
  seal(value: Bytes, path: Bytes): Bytes;
  /** Throws for what this key has not sealed. */
  open(sealed: Bytes, path: Bytes): Bytes;
  /** Of those whose keys are elsewhere, and change there: the name of the one that seals now. */
  readonly keyId?: string;
  /** Whether that was another one. */
  isStale?(sealed: Bytes): boolean;
  /** What it takes to open it; undefined when all is there. Does not reject: `open` throws then. */
  prepare?(sealed: Bytes): Promise<void> | undefined;
}

/** A provider of upstream's with its keys, by which stored values say who can open them. */
export interface Provider {
  /** "aesgcm", "kms", …; "identity" leaves values as they are, and has no keys. */
  readonly type: string;
  readonly keys: readonly { readonly name: string; readonly cipher: ValueCipher }[];
}

export interface Opened {
  readonly value: Bytes;
  /** Whether another key, or provider, would store it today. */
  readonly stale: boolean;
}

/** Seals and opens values of some place in the registry. */
export interface Ring {
  /** What values would be sealed with now: one that says something else is stale. */
  readonly sealing: string;
  seal(value: Bytes, path: Bytes): Bytes;
  /** Throws when no key opens it; the message is upstream's. */
  open(stored: Bytes, path: Bytes): Opened;
  /** To be waited for before; see `ValueCipher`. */
  prepare(stored: Bytes): Promise<unknown> | undefined;
}

const encryptedPrefix = utf8("k8s:enc:");

/** The names that upstream's messages call them by. */
const messageNames: Readonly<Record<string, string>> = {
  aesgcm: "AES",
  aescbc: "AES",
  secretbox: "Secretbox",
  kms: "KMS",
};

interface Slot {
  readonly prefix: Bytes;
  readonly cipher: ValueCipher;
}

/**
 * The keys of some resources. The first one seals, all of them open. What is stored begins with
 * `k8s:enc:<provider>:v1:<key>:`, as upstream's, so that its servers can read it.
 */
export class KeyRing implements Ring {
  readonly #families: readonly { readonly prefix: Bytes; readonly name: string }[];
  readonly #slots: readonly Slot[];

  constructor(providers: readonly Provider[]) {
    this.#families = providers.map(({ type }) => ({
      prefix: familyPrefix(type),
      name: messageNames[type] ?? type,
    }));
    this.#slots = providers.flatMap(({ type, keys }) => slotsOf(type, keys));
  }

  get sealing(): string {
    const [first] = this.#slots;
    return first ? text(first.prefix) + (first.cipher.keyId ?? "") : "";
  }

  prepare(stored: Bytes): Promise<unknown> | undefined {
    let pending: Promise<void>[] | undefined;
    for (const { prefix, cipher } of this.#slots) {
      if (!cipher.prepare || !startsWith(stored, prefix)) continue;
      const preparing = cipher.prepare(stored.subarray(prefix.length));
      if (preparing) (pending ??= []).push(preparing);
    }
    return pending && Promise.all(pending);
  }

  seal(value: Bytes, path: Bytes): Bytes {
    const [first] = this.#slots;
    if (!first) throw new Error("no key is there to seal with");
    if (first.prefix.length === 0) return value;
    return concatBytes([first.prefix, first.cipher.seal(value, path)]);
  }

  open(stored: Bytes, path: Bytes): Opened {
    const failures = new Set<string>();
    for (const [index, { prefix, cipher }] of this.#slots.entries()) {
      if (!startsWith(stored, prefix)) continue;
      // In clear it is what nobody has sealed.
      if (prefix.length === 0 && startsWith(stored, encryptedPrefix)) continue;
      try {
        const sealed = stored.subarray(prefix.length);
        const value = cipher.open(sealed, path);
        return { value, stale: index !== 0 || (cipher.isStale?.(sealed) ?? false) };
      } catch (error) {
        // Several keys may have one name: another one may be meant.
        failures.add(error instanceof Error ? error.message : String(error));
      }
    }
    const family = this.#families.find(
      ({ prefix }) => prefix.length > 0 && startsWith(stored, prefix),
    );
    if (failures.size === 0 && family) {
      failures.add(`no matching key was found for the provided ${family.name} transformer`);
    }
    const [only = "no matching prefix found"] = failures;
    throw new Error(failures.size > 1 ? `[${[...failures].join(", ")}]` : only);
  }
}

/** Of what is not to be encrypted: sealed values are none of its. */
export const clearRing: Ring = {
  prepare: () => undefined,
  sealing: "",
  seal: (value) => value,
  open(stored) {
    if (startsWith(stored, encryptedPrefix)) {
      throw new Error("identity transformer tried to read encrypted data");
    }
    return { value: stored, stale: false };
  },
};

const inClear: ValueCipher = { seal: (value) => value, open: (sealed) => sealed };

function slotsOf(type: string, keys: Provider["keys"]): Slot[] {
  const family = familyPrefix(type);
  if (type === "identity") return [{ prefix: family, cipher: inClear }];
  return keys.map(({ name, cipher }) => ({
    prefix: concatBytes([family, utf8(`${name}:`)]),
    cipher,
  }));
}

function familyPrefix(type: string): Bytes {
  if (type === "identity") return utf8("");
  return utf8(`k8s:enc:${type}:${type === "kms" ? "v2" : "v1"}:`);
}

function startsWith(bytes: Uint8Array, prefix: Uint8Array): boolean {
  return bytes.length >= prefix.length && prefix.every((byte, index) => byte === bytes[index]);
}
