import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import type { Bytes } from "#base/bytes.ts";
import type { FlagSpecs, FlagValues } from "#base/flags.ts";
import type { KeyedProviderType } from "#server/encryption/configuration.ts";
import type { ValueCipher } from "#storage/encryption/key-ring.ts";
import type { EncryptionRules } from "#storage/encryption/rules.ts";
import type { RestorableStore } from "#storage/store.ts";
import type { ClusterConfig, EncryptionConfig } from "../config.ts";
import type { ConfigurationFile } from "./reload.ts";

/** As kube-apiserver names it. */
export const encryptionFlags = {
  "encryption-provider-config": {
    type: "string",
    usage: "file with an EncryptionConfiguration: which objects are encrypted at rest, and how",
  },
  "encryption-provider-config-automatic-reload": {
    type: "bool",
    usage: "read that file again as it changes",
  },
} as const satisfies FlagSpecs;

/** Undefined when objects are kept in clear. Throws `TypeError` for flags that say only half. */
export function encryptionOfFlags(
  values: Partial<FlagValues<typeof encryptionFlags>>,
): EncryptionConfig | undefined {
  const {
    "encryption-provider-config": file,
    "encryption-provider-config-automatic-reload": automaticReload,
  } = values;
  if (file !== undefined) {
    return { configurationFile: resolve(file), ...(automaticReload && { automaticReload }) };
  }
  if (!automaticReload) return undefined;
  throw new TypeError(
    "--encryption-provider-config-automatic-reload must be set with --encryption-provider-config",
  );
}

/**
 * The store with what its configuration says is encrypted in clear; the store itself when nothing
 * is. Throws for a file that cannot be followed: a server that should encrypt must not run without.
 */
export async function withEncryption(
  store: RestorableStore,
  { encryption, etcd }: Pick<ClusterConfig, "encryption" | "etcd">,
  follow: (file: ConfigurationFile) => void,
): Promise<RestorableStore> {
  if (!encryption) return store;
  const { configurationFile: path, automaticReload } = encryption;
  // Loaded by servers that encrypt, and by nobody else.
  const [{ EncryptedStore }, content] = await Promise.all([
    import("#storage/encryption/encrypted-store.ts"),
    readFile(path, "utf8"),
  ]);
  let rules = await readRules(path, content);
  const apply = async (changed: string) => {
    rules = await readRules(path, changed);
  };
  if (automaticReload) follow({ subject: "encryption", path, content, apply });
  const { prefix } = etcd ?? {};
  const ringOf = (key: string) => rules.ringOf(key);
  if (prefix === undefined) return new EncryptedStore({ store, ringOf });
  // Values are bound to their keys in etcd, as upstream's.
  const { KeyMap } = await import("#storage/node/etcd/key-map.ts");
  const keys = new KeyMap(prefix);
  return new EncryptedStore({ store, ringOf, pathOf: (key) => keys.toEtcd(key) });
}

async function readRules(file: string, content: string): Promise<EncryptionRules> {
  const [{ parseEncryptionConfiguration }, { EncryptionRules }, ciphers] = await Promise.all([
    import("#server/encryption/configuration.ts"),
    import("#storage/encryption/rules.ts"),
    loadCiphers(),
  ]);
  try {
    const settings = parseEncryptionConfiguration(content);
    return new EncryptionRules(
      settings.map(({ resources, providers }) => ({
        resources,
        providers: providers.map(({ type, keys }) => ({
          type,
          keys:
            type === "identity"
              ? []
              : keys.map(({ name, secret }) => ({ name, cipher: ciphers[type](secret) })),
        })),
      })),
    );
  } catch (error) {
    throw new Error(`the encryption configuration ${file} cannot be followed`, { cause: error });
  }
}

async function loadCiphers(): Promise<Record<KeyedProviderType, (key: Bytes) => ValueCipher>> {
  const [{ aesCbc, aesGcm }, { secretbox }] = await Promise.all([
    import("#storage/encryption/node/aes.ts"),
    import("#storage/encryption/node/secretbox.ts"),
  ]);
  return { aesgcm: aesGcm, aescbc: aesCbc, secretbox };
}
