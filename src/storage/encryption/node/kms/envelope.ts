import { createHash, createHmac, randomBytes } from "node:crypto";
import { concatBytes, toBase64 } from "#base/bytes.ts";
import type { Bytes } from "#base/bytes.ts";
import { sleep } from "#base/clock.ts";
import type { Clock } from "#base/clock.ts";
import { invariant } from "#base/invariant.ts";
import type { Logger } from "#base/log.ts";
import type { Random } from "#base/random.ts";
import type { Value } from "#schema/message.ts";
import { decodeProtobuf, encodeProtobuf } from "#schema/protobuf.ts";
import type { ValueCipher } from "../../key-ring.ts";
import { aesGcm } from "../aes.ts";
import { EncryptedObject, sourceTypes } from "./messages.ts";
import type { KmsPlugin } from "./plugin.ts";

export interface EnvelopeOptions {
  /** Of the provider, in the configuration. */
  readonly name: string;
  readonly plugin: KmsPlugin;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
}

type Envelope = Omit<Value<typeof EncryptedObject>, "encryptedData">;

/** What values are sealed with now. */
interface Writing {
  readonly envelope: Envelope;
  readonly cipher: ValueCipher;
  /** By the clock: as long as that, the plugin need not have answered. */
  readonly until: number;
}

const seedBytes = 32;
const sizeMax = 1024;
const annotationsBytesMax = 32 * 1024;
/** As upstream, so that its servers and this one may share a store. */
const healthyEveryMs = 60_000;
const unhealthyEveryMs = 10_000;
const writingMsMax = 3 * 60_000;
/** One for each start of a server and each key of the plugin: there are few. */
const opened = { max: 1000 };

/**
 * Values under keys of their own, which come from a seed that a plugin has encrypted: it is asked
 * once for each seed, not for each value. Without the plugin, what is known goes on being read,
 * and for some minutes written.
 */
export class KmsEnvelope implements ValueCipher {
  readonly #options: EnvelopeOptions;
  readonly #ciphers = new Map<string, ValueCipher>();
  readonly #asking = new Map<string, Promise<void>>();
  readonly #failures = new Map<string, string>();
  #writing: Writing | undefined;
  #version = "";
  #problem = "it was not asked yet";

  constructor(options: EnvelopeOptions) {
    this.#options = options;
  }

  /** Why values cannot be sealed for long; undefined when all is well. */
  get problem(): string | undefined {
    return this.#problem || undefined;
  }

  /** The plugin's name of the key, under which new seeds are. */
  get keyId(): string {
    return this.#writing?.envelope.keyID ?? "";
  }

  /** Asks the plugin whether it is well, and for a new seed where its key has changed. */
  async probe(): Promise<void> {
    try {
      await this.#probe();
      this.#problem = "";
    } catch (error) {
      this.#problem = messageOf(error);
    }
  }

  /** Goes on asking until the signal aborts. */
  async run(signal: AbortSignal): Promise<void> {
    const { clock, logger, name } = this.#options;
    let told = "";
    while (!signal.aborted) {
      if (this.#problem !== told) {
        told = this.#problem;
        if (told) logger.error("a key management plugin is not well", { name, error: told });
        else logger.info("a key management plugin is well", { name });
      }
      await sleep(clock, told ? unhealthyEveryMs : healthyEveryMs, signal).catch(() => {});
      if (!signal.aborted) await this.probe();
    }
  }

  seal(value: Bytes, path: Bytes): Bytes {
    const writing = this.#writing;
    const { clock, name } = this.#options;
    if (!writing) {
      throw new Error(`kmsv2 Provider ${name} has no key to seal with yet: ${this.#problem}`);
    }
    if (clock.now() > writing.until) {
      const at = (ms: number) => new Date(ms).toISOString().replace(/\.\d+Z$/, "Z");
      throw new Error(
        `encryptedDEKSource with keyID hash ${JSON.stringify(hashOf(this.keyId))} expired at ` +
          `${at(writing.until)} (current time is ${at(clock.now())})`,
      );
    }
    const encryptedData = writing.cipher.seal(value, path);
    return encodeProtobuf(EncryptedObject, { ...writing.envelope, encryptedData });
  }

  open(sealed: Bytes, path: Bytes): Bytes {
    const { encryptedData, ...envelope } = decoded(sealed);
    const key = cacheKeyOf(envelope);
    const cipher = this.#ciphers.get(key);
    if (cipher) return cipher.open(encryptedData, path);
    const why = this.#failures.get(key) ?? "the plugin was not asked yet";
    throw new Error(`failed to decrypt DEK, error: ${why}`);
  }

  isStale(sealed: Bytes): boolean {
    const { keyID, encryptedDEKSourceType } = decoded(sealed);
    return keyID !== this.keyId || encryptedDEKSourceType !== sourceTypes.seed;
  }

  prepare(sealed: Bytes): Promise<void> | undefined {
    let envelope: Envelope;
    try {
      envelope = decoded(sealed);
    } catch {
      return undefined; // `open` says what is wrong with it.
    }
    const key = cacheKeyOf(envelope);
    if (this.#ciphers.has(key)) return undefined;
    let asking = this.#asking.get(key);
    if (!asking) {
      asking = this.#ask(envelope, key).finally(() => this.#asking.delete(key));
      this.#asking.set(key, asking);
    }
    return asking;
  }

  async #ask(envelope: Envelope, key: string): Promise<void> {
    const { plugin, random } = this.#options;
    try {
      const secret = await plugin.decrypt({
        ciphertext: envelope.encryptedDEKSource,
        uid: random.uuid(),
        keyId: envelope.keyID,
        annotations: envelope.annotations,
      });
      const isSeed = envelope.encryptedDEKSourceType === sourceTypes.seed;
      this.#remember(key, isSeed ? seededGcm(secret) : aesGcm(secret));
      this.#failures.delete(key);
    } catch (error) {
      this.#failures.set(key, messageOf(error));
      trim(this.#failures);
    }
  }

  #remember(key: string, cipher: ValueCipher): void {
    this.#ciphers.delete(key);
    this.#ciphers.set(key, cipher);
    trim(this.#ciphers);
  }

  async #probe(): Promise<void> {
    const { name, plugin, clock } = this.#options;
    const until = clock.now() + writingMsMax;
    const { healthz, version, keyId } = await plugin.status().catch((error: unknown) => {
      const what = `status section of the healthz check for KMS Provider ${name}`;
      throw new Error(`failed to perform ${what}, error: ${messageOf(error)}`, { cause: error });
    });
    const problems: string[] = [];
    if (healthz !== "ok") problems.push(`got unexpected healthz status: ${healthz}`);
    problems.push(...this.#versionProblems(version));
    const idProblem = keyIdProblem(keyId);
    if (idProblem) {
      problems.push(`got invalid KMSv2 KeyID hash ${JSON.stringify(hashOf(keyId))}: ${idProblem}`);
    } else {
      // Also of one that is not well: what it can do is better than nothing.
      await this.#rotate(keyId, until).catch((error: unknown) => problems.push(messageOf(error)));
    }
    if (problems.length === 0) return;
    const text = problems.length > 1 ? `[${problems.join(", ")}]` : problems[0];
    throw new Error(`kmsv2 Provider ${name} is not healthy, error: ${text}`);
  }

  #versionProblems(version: string): string[] {
    if (version !== "v2" && version !== "v2beta1") {
      return [`expected KMSv2 API version v2, got ${version}`];
    }
    this.#version ||= version;
    if (version === this.#version) return [];
    return [
      "KMSv2 API version should not change after the initial status response version " +
        `${this.#version}, got ${version}`,
    ];
  }

  async #rotate(keyId: string, until: number): Promise<void> {
    if (this.#writing && this.keyId === keyId) {
      this.#writing = { ...this.#writing, until };
      return;
    }
    const { plugin, random } = this.#options;
    const seed = new Uint8Array(randomBytes(seedBytes));
    const answer = await plugin.encrypt({ plaintext: seed, uid: random.uuid() });
    const envelope: Envelope = {
      keyID: answer.keyId,
      encryptedDEKSource: answer.ciphertext,
      annotations: answer.annotations,
      encryptedDEKSourceType: sourceTypes.seed,
    };
    check(envelope);
    if (answer.keyId !== keyId) {
      const [got, wanted] = [hashOf(answer.keyId), hashOf(keyId)];
      throw new Error(`failed to rotate DEK: it is under the key ${got}, not ${wanted}`);
    }
    const cipher = seededGcm(seed);
    this.#remember(cacheKeyOf(envelope), cipher);
    this.#writing = { envelope, cipher, until };
  }
}

/** Each value has a key of its own, made of the seed and of random bytes that stand before it. */
export function seededGcm(seed: Bytes): ValueCipher {
  if (seed.length < seedBytes) {
    throw new Error(`invalid seed length ${seed.length} used for key generation`);
  }
  // HKDF's expansion, of which one block is enough.
  const keyOf = (info: Uint8Array) =>
    new Uint8Array(
      createHmac("sha256", seed)
        .update(info)
        .update(new Uint8Array([1]))
        .digest(),
    );
  return {
    seal(value, path) {
      const info = new Uint8Array(randomBytes(seedBytes));
      return concatBytes([info, aesGcm(keyOf(info)).seal(value, path)]);
    },
    open(sealed, path) {
      if (sealed.length < seedBytes) {
        throw new Error("the stored data was shorter than the required size");
      }
      const info = sealed.subarray(0, seedBytes);
      return aesGcm(keyOf(info)).open(sealed.subarray(seedBytes), path);
    },
  };
}

function decoded(sealed: Bytes): Value<typeof EncryptedObject> {
  const object = decodeProtobuf(EncryptedObject, sealed, { fillZero: true });
  if (object.encryptedData.length === 0) throw new Error("encrypted data is empty");
  check(object);
  return object;
}

function check({ keyID, encryptedDEKSource, encryptedDEKSourceType, annotations }: Envelope): void {
  const types: readonly number[] = Object.values(sourceTypes);
  if (!types.includes(encryptedDEKSourceType)) {
    throw new Error(`unknown encryptedDEKSourceType: ${encryptedDEKSourceType}`);
  }
  const { length } = encryptedDEKSource;
  const failed = "failed to validate encrypted DEK source";
  if (length === 0) throw new Error(`${failed}: encrypted DEK source is empty`);
  if (length > sizeMax) {
    throw new Error(
      `${failed}: encrypted DEK source is ${length} bytes, which exceeds the max size of ${sizeMax}`,
    );
  }
  const problem = keyIdProblem(keyID);
  if (problem) throw new Error(`failed to validate key id: ${problem}`);
  const size = Object.entries(annotations).reduce(
    (sum, [name, value]) => sum + Buffer.byteLength(name) + value.length,
    0,
  );
  if (size > annotationsBytesMax) {
    throw new Error(
      `failed to validate annotations: total size of annotations is ${size}, ` +
        `which exceeds the max size of ${annotationsBytesMax}`,
    );
  }
}

function keyIdProblem(keyId: string): string | undefined {
  const size = Buffer.byteLength(keyId);
  if (size === 0) return "keyID is empty";
  if (size <= sizeMax) return undefined;
  return `keyID is ${size} bytes, which exceeds the max size of ${sizeMax}`;
}

function cacheKeyOf(envelope: Envelope): string {
  const { keyID, encryptedDEKSource, annotations, encryptedDEKSourceType } = envelope;
  const named = Object.entries(annotations)
    .map(([name, value]) => [name, toBase64(value)] as const)
    .sort(([one], [other]) => (one < other ? -1 : 1));
  return JSON.stringify([encryptedDEKSourceType, toBase64(encryptedDEKSource), keyID, named]);
}

function trim(map: Map<string, unknown>): void {
  if (map.size <= opened.max) return;
  const [oldest] = map.keys();
  invariant(oldest !== undefined, "what is too large is not empty");
  map.delete(oldest);
}

function hashOf(text: string): string {
  return text && `sha256:${createHash("sha256").update(text).digest("hex")}`;
}

const messageOf = (error: unknown) => (error instanceof Error ? error.message : String(error));
