import { parseDuration } from "#base/duration.ts";
import { invalid, requiredValue } from "#machinery/validation/field-error.ts";
import type { FieldError } from "#machinery/validation/field-error.ts";
import { SettingsError } from "../settings/error.ts";
import type { Fields } from "../settings/reader.ts";

/** A key management plugin, as the file names it. */
export interface KmsSettings {
  readonly name: string;
  /** "unix:///run/plugin.sock" */
  readonly endpoint: string;
  readonly timeoutMs: number;
}

export interface KmsDraft {
  readonly apiVersion: string;
  readonly name: string;
  readonly endpoint: string;
  readonly timeout: string;
  readonly cacheSize: unknown;
}

export function readKms(fields: Fields): KmsDraft {
  return {
    apiVersion: fields.text("apiVersion") || "v1",
    name: fields.text("name"),
    endpoint: fields.text("endpoint"),
    timeout: fields.text("timeout") || "3s",
    cacheSize: fields.raw("cachesize"),
  };
}

const mandatory = (field: string, of: string) => `${field} is a mandatory field for a ${of}`;

/** Throws `SettingsError` for the plugins that upstream has left behind. */
export function kmsOf(
  { apiVersion, name, endpoint, timeout, cacheSize }: KmsDraft,
  path: string,
  /** Of the plugins before. */
  names: Set<string>,
  errors: FieldError[],
): KmsSettings {
  const wrong = (field: string, value: unknown, detail: string) =>
    errors.push(invalid(`${path}.${field}`, value, detail));
  if (name === "") errors.push(requiredValue(`${path}.name`, mandatory("name", "provider")));
  if (apiVersion !== "v1" && name.includes(":")) {
    wrong("name", name, `invalid KMS provider name ${name}, must not contain ':'`);
  }
  if (names.has(name)) {
    wrong("name", name, `duplicate KMS provider name ${name}, names must be unique`);
  }
  names.add(name);
  const nanos = parseDuration(timeout) ?? 0;
  if (nanos <= 0) wrong("timeout", timeout, "timeout should be a positive value");
  const problem = endpointProblem(endpoint);
  if (problem) wrong("endpoint", endpoint, problem);
  if (apiVersion !== "v1" && cacheSize !== undefined && cacheSize !== null) {
    wrong("cachesize", cacheSize, "cachesize is not supported in v2");
  }
  if (apiVersion !== "v1" && apiVersion !== "v2") {
    const detail =
      "unsupported apiVersion apiVersion for KMS provider, only v1 and v2 are supported";
    wrong("apiVersion", apiVersion, detail);
  }
  if (apiVersion === "v1" && errors.length === 0) {
    throw new SettingsError(
      `${path}: KMSv1 is deprecated and will only receive security updates going forward. ` +
        "Use KMSv2 instead (apiVersion: v2).",
    );
  }
  return { name, endpoint, timeoutMs: nanos / 1_000_000 };
}

function endpointProblem(endpoint: string): string | undefined {
  if (endpoint === "") return mandatory("endpoint", "kms");
  const scheme = /^([a-z][a-z0-9+.-]*):\/\//i.exec(endpoint)?.[1] ?? "";
  if (scheme === "unix") return undefined;
  return `unsupported scheme ${JSON.stringify(scheme)} for KMS provider, only unix is supported`;
}
