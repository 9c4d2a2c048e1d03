import { fromBase64 } from "#base/bytes.ts";
import type { Bytes } from "#base/bytes.ts";
import { invalid, requiredValue } from "#machinery/validation/field-error.ts";
import type { FieldError } from "#machinery/validation/field-error.ts";
import { parseGroupResource } from "#storage/encryption/rules.ts";
import type { GroupResource } from "#storage/encryption/rules.ts";
import { SettingsError } from "../settings/error.ts";
import { readSettings, requireNoErrors } from "../settings/reader.ts";
import type { Fields } from "../settings/reader.ts";
import { kmsOf, readKms } from "./kms.ts";
import type { KmsDraft, KmsSettings } from "./kms.ts";

export type KeyedProviderType = "aesgcm" | "aescbc" | "secretbox";

/** One provider of a rule, as the file names it. */
export type ProviderSettings =
  | {
      readonly type: KeyedProviderType | "identity";
      readonly keys: readonly { readonly name: string; readonly secret: Bytes }[];
    }
  | { readonly type: "kms"; readonly kms: KmsSettings };

export interface EncryptionRuleSettings {
  readonly resources: readonly string[];
  readonly providers: readonly ProviderSettings[];
}

const kind = "EncryptionConfiguration";
const apiVersions = ["apiserver.config.k8s.io/v1"];
const keyBytes: Readonly<Record<KeyedProviderType, readonly number[]>> = {
  aesgcm: [16, 24, 32],
  aescbc: [16, 24, 32],
  secretbox: [32],
};

/** Reads `kind: EncryptionConfiguration`. Throws `SettingsError` with everything that is wrong. */
export function parseEncryptionConfiguration(content: string): readonly EncryptionRuleSettings[] {
  const drafts = readSettings(content, { kind, apiVersions }, (fields) =>
    fields.list("resources", (fields) => ({
      resources: fields.texts("resources"),
      providers: fields.list("providers", readProvider),
    })),
  );
  const errors: FieldError[] = [];
  if (drafts.length === 0) errors.push(atLeastOne("resources"));
  const kmsNames = new Set<string>();
  const rules = drafts.map(({ resources, providers }, index) => {
    const path = `resources[${index}]`;
    if (resources.length === 0) errors.push(atLeastOne(`${path}.resources`));
    errors.push(...overlapErrors(resources, `${path}.resources`));
    errors.push(...resources.flatMap((name, at) => nameErrors(name, `${path}.resources[${at}]`)));
    if (providers.length === 0) errors.push(atLeastOne(`${path}.providers`));
    return {
      resources,
      providers: providers.flatMap((draft, at) =>
        providerOf(draft, `${path}.providers[${at}]`, kmsNames, errors),
      ),
    };
  });
  requireNoErrors(kind, errors);
  checkMasking(rules);
  return rules;
}

interface KeyDraft {
  readonly name: string;
  readonly secret: string;
}

type ProviderDraft = readonly (
  | { readonly type: KeyedProviderType | "identity"; readonly keys: readonly KeyDraft[] }
  | { readonly type: "kms"; readonly kms: KmsDraft }
)[];

function readProvider(fields: Fields): ProviderDraft {
  const found: ProviderDraft[number][] = [];
  if (fields.has("kms")) found.push({ type: "kms", kms: fields.read("kms", readKms) });
  for (const type of ["aesgcm", "aescbc", "secretbox"] as const) {
    if (!fields.has(type)) continue;
    found.push({ type, keys: fields.read(type, (one) => one.list("keys", readKey)) });
  }
  if (fields.has("identity")) {
    fields.read("identity", () => undefined);
    found.push({ type: "identity", keys: [] });
  }
  return found;
}

const readKey = (fields: Fields): KeyDraft => ({
  name: fields.text("name"),
  secret: fields.text("secret"),
});

function providerOf(
  draft: ProviderDraft,
  path: string,
  kmsNames: Set<string>,
  errors: FieldError[],
): ProviderSettings[] {
  const [only, another] = draft;
  if (!only) {
    const detail =
      "provider does not contain any of the expected providers: " +
      "KMS, AESGCM, AESCBC, Secretbox, Identity";
    errors.push(invalid(path, {}, detail));
    return [];
  }
  if (another) {
    const detail =
      "more than one provider specified in a single element, " +
      "should split into different list elements";
    errors.push(invalid(path, draft.map(({ type }) => type).join(","), detail));
  }
  if (only.type === "kms") {
    return [{ type: "kms", kms: kmsOf(only.kms, `${path}.kms`, kmsNames, errors) }];
  }
  const { type, keys } = only;
  if (type === "identity") return [{ type, keys: [] }];
  if (keys.length === 0) errors.push(requiredValue(`${path}.${type}.keys`, atLeast("keys")));
  const read = keys.flatMap((key, index) =>
    keyOf(key, `${path}.${type}.keys[${index}]`, keyBytes[type], errors),
  );
  return [{ type, keys: read }];
}

function keyOf(
  { name, secret }: KeyDraft,
  path: string,
  sizes: readonly number[],
  errors: FieldError[],
): { name: string; secret: Bytes }[] {
  const mandatory = (field: string) =>
    requiredValue(`${path}.${field}`, `${field} is a mandatory field for a key`);
  if (name === "") errors.push(mandatory("name"));
  if (secret === "") {
    errors.push(mandatory("secret"));
    return [];
  }
  // What is wrong with it must not put it into a log.
  const wrong = (detail: string) => errors.push(invalid(`${path}.secret`, "REDACTED", detail));
  const bytes = decoded(secret);
  if (!bytes) {
    wrong("secrets must be base64 encoded");
    return [];
  }
  if (!sizes.includes(bytes.length)) {
    const expected = `[${sizes.join(" ")}]`;
    wrong(`secret is not of the expected length, got ${bytes.length}, expected one of ${expected}`);
  }
  return [{ name, secret: bytes }];
}

/** Padded, as upstream wants it: `atob` takes more. */
function decoded(secret: string): Bytes | undefined {
  const plain = secret.replaceAll(/[\r\n]/g, "");
  const isBase64 = plain.length % 4 === 0 && /^[A-Za-z0-9+/]*={0,2}$/.test(plain);
  return isBase64 ? fromBase64(plain) : undefined;
}

const withoutApi = new Set([
  "apiserveripinfo",
  "serviceipallocations",
  "servicenodeportallocations",
]);

function nameErrors(name: string, path: string): FieldError[] {
  const problem = problemOf(name, parseGroupResource(name));
  return problem === undefined ? [] : [invalid(path, name, problem)];
}

function problemOf(name: string, { group, resource }: GroupResource): string | undefined {
  if (name.toLowerCase() !== name) return "resource name should not contain capital letters";
  if (name === "*") {
    return "use '*.' to encrypt all the resources from core API group or *.* to encrypt all resources";
  }
  if (withoutApi.has(name)) return "resources which do not have REST API/s cannot be encrypted";
  if (group === "events.k8s.io") {
    return (
      "'*.events.k8s.io' objects are stored using the 'events' API group in etcd. " +
      "Use 'events' instead in the config file"
    );
  }
  if (group === "extensions") {
    return "'extensions' group has been removed and cannot be used for encryption";
  }
  if (group === "*" && resource !== "*") {
    return "encrypting the same resource across groups is not supported";
  }
  return undefined;
}

function overlapErrors(resources: readonly string[], path: string): FieldError[] {
  const errors: FieldError[] = [];
  if (new Set(resources).size < resources.length) {
    const detail = "the same resource cannot be specified multiple times";
    errors.push(invalid(path, resources, detail));
  }
  const distinct = [...new Set(resources)];
  const isMasked = distinct.some((name) => {
    const { group, resource } = parseGroupResource(name);
    if (resource !== "*") return false;
    return distinct.some(
      (other) => other !== name && (group === "*" || parseGroupResource(other).group === group),
    );
  });
  if (isMasked) {
    const detail =
      "using overlapping resources such as 'secrets' and '*.' in the same resource list " +
      "is not allowed as they will be masked";
    errors.push(invalid(path, resources, detail));
  }
  return errors;
}

/** A rule for all of a group would keep a later one for one of its resources from being used. */
function checkMasking(rules: readonly EncryptionRuleSettings[]): void {
  const earlier = new Set<string>();
  for (const { resources } of rules) {
    for (const name of resources) {
      const { group } = parseGroupResource(name);
      const mask = [`*.${group}`, "*.*"].find((wildcard) => earlier.has(wildcard));
      if (mask !== undefined) {
        throw new SettingsError(`resource "${name}" is masked by earlier rule "${mask}"`);
      }
      earlier.add(name);
    }
  }
}

const atLeast = (what: string) => `at least one ${what} is required`;
const atLeastOne = (path: string) => requiredValue(path, atLeast(path));
