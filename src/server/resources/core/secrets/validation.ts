import type { Secret } from "#api/core/v1.ts";
import { fromBase64, text } from "#base/bytes.ts";
import type { FieldError } from "#machinery/validation/field-error.ts";
import { forbidden, invalid, requiredValue, tooLong } from "#machinery/validation/field-error.ts";
import { isConfigMapKey } from "#machinery/validation/names.ts";
import { bytesOfBase64, contentBytesMax } from "../../common/content.ts";
import { by, immutable, sameValue } from "../../common/validation.ts";

export function validateSecret(secret: Secret): FieldError[] {
  const errors: FieldError[] = [];
  let total = 0;
  for (const [key, value] of Object.entries(secret.data ?? {})) {
    errors.push(...by(`data[${key}]`, key, isConfigMapKey));
    total += bytesOfBase64(value);
  }
  if (total > contentBytesMax) errors.push(tooLong("data", contentBytesMax));
  return [...errors, ...validateType(secret)];
}

/** Keys that a type promises to those who use the secret. */
function validateType({ type, metadata, data = {} }: Secret): FieldError[] {
  const missing = (...keys: string[]) =>
    keys.filter((key) => data[key] === undefined).map((key) => requiredValue(`data[${key}]`));
  switch (type) {
    case "kubernetes.io/service-account-token": {
      const name = "kubernetes.io/service-account.name";
      return metadata.annotations?.[name] ? [] : [requiredValue(`metadata.annotations[${name}]`)];
    }
    case "kubernetes.io/dockercfg":
      return missing(".dockercfg").concat(validateJson(data, ".dockercfg"));
    case "kubernetes.io/dockerconfigjson":
      return missing(".dockerconfigjson").concat(validateJson(data, ".dockerconfigjson"));
    case "kubernetes.io/basic-auth":
      return data["username"] === undefined && data["password"] === undefined
        ? missing("username", "password")
        : [];
    case "kubernetes.io/ssh-auth":
      return missing("ssh-privatekey");
    case "kubernetes.io/tls":
      return missing("tls.crt", "tls.key");
    default:
      return [];
  }
}

function validateJson(data: Readonly<Record<string, string>>, key: string): FieldError[] {
  const value = data[key];
  if (value === undefined) return [];
  try {
    JSON.parse(text(fromBase64(value)));
    return [];
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    return [invalid(`data[${key}]`, "<secret contents redacted>", why)];
  }
}

export function validateSecretUpdate(secret: Secret, old: Readonly<Secret>): FieldError[] {
  const errors = immutable("type", secret.type, old.type);
  if (!old.immutable) return errors;
  const detail = "field is immutable when `immutable` is set";
  if (!secret.immutable) errors.push(forbidden("immutable", detail));
  if (!sameValue(secret.data ?? {}, old.data ?? {})) errors.push(forbidden("data", detail));
  return errors;
}
