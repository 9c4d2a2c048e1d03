import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import type { Bytes } from "#base/bytes.ts";
import type { FlagSpecs, FlagValues } from "#base/flags.ts";
import type { Clock } from "#base/clock.ts";
import type { Logger } from "#base/log.ts";
import type { Random } from "#base/random.ts";
import type { Scope } from "#base/scope.ts";
import type { KeyedProviderType, ProviderSettings } from "#server/encryption/configuration.ts";
import type { HealthCheck } from "#server/health/health.ts";
import type { Provider, ValueCipher } from "#storage/encryption/key-ring.ts";
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

interface Environment {
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
  readonly scope: Scope;
  /** Told of files that take effect again as they change. */
  readonly follow: (file: ConfigurationFile) => void;
}

export interface Encryption {
  /** With what is encrypted in clear; the store itself when nothing is. */
  readonly store: RestorableStore;
  readonly checks: readonly HealthCheck[];
}

/**
 * Encrypts what the configuration says. Throws for a file that cannot be followed: a server that
 * should encrypt must not run without.
 */
export async function withEncryption(
  store: RestorableStore,
  { encryption, etcd }: Pick<ClusterConfig, "encryption" | "etcd">,
  environment: Environment,
): Promise<Encryption> {
  if (!encryption) return { store, checks: [] };
  const { configurationFile: path, automaticReload } = encryption;
  // Loaded by servers that encrypt, and by nobody else.
  const [{ EncryptedStore }, content] = await Promise.all([
    import("#storage/encryption/encrypted-store.ts"),
    readFile(path, "utf8"),
  ]);
  let current = await readRules(path, content, environment);
  // Plugins may start beside the server.
  await current.plugins.probe();
  const apply = async (changed: string) => {
    const next = await readRules(path, changed, environment);
    await next.plugins.probe();
    const problem = next.plugins.problem();
    if (problem) {
      next.plugins.close();
      throw new Error(problem);
    }
    const { plugins } = current;
    current = next;
    plugins.closeLater();
  };
  if (automaticReload) environment.follow({ subject: "encryption", path, content, apply });
  const check = () => {
    const problem = current.plugins.problem();
    if (problem) throw new Error(problem);
  };
  const usesPlugins = current.plugins.size > 0 || automaticReload;
  const checks = usesPlugins ? [{ name: "kms-providers", live: true, check }] : [];
  const { prefix } = etcd ?? {};
  const ringOf = (key: string) => current.rules.ringOf(key);
  if (prefix === undefined) return { store: new EncryptedStore({ store, ringOf }), checks };
  // Values are bound to their keys in etcd, as upstream's.
  const { KeyMap } = await import("#storage/node/etcd/key-map.ts");
  const keys = new KeyMap(prefix);
  const pathOf = (key: string) => keys.toEtcd(key);
  return { store: new EncryptedStore({ store, ringOf, pathOf }), checks };
}

async function readRules(file: string, content: string, environment: Environment) {
  const [{ parseEncryptionConfiguration }, { EncryptionRules }, ciphers, { KmsPlugins }] =
    await Promise.all([
      import("#server/encryption/configuration.ts"),
      import("#storage/encryption/rules.ts"),
      loadCiphers(),
      import("./kms-plugins.ts"),
    ]);
  const plugins = new KmsPlugins(environment);
  try {
    const settings = parseEncryptionConfiguration(content);
    const provider = async (settings: ProviderSettings): Promise<Provider> => {
      const { type } = settings;
      switch (type) {
        case "kms":
          return { type, keys: [await plugins.open(settings.kms)] };
        case "identity":
          return { type, keys: [] };
        default: {
          const keys = settings.keys.map(({ name, secret }) => ({
            name,
            cipher: ciphers[type](secret),
          }));
          return { type, keys };
        }
      }
    };
    const rules = settings.map(async ({ resources, providers }) => ({
      resources,
      providers: await Promise.all(providers.map(provider)),
    }));
    return { rules: new EncryptionRules(await Promise.all(rules)), plugins };
  } catch (error) {
    plugins.close();
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
