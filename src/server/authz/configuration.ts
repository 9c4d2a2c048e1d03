import { parseDuration } from "#base/duration.ts";
import {
  duplicate,
  invalid,
  notSupported,
  requiredValue,
  tooMany,
} from "#machinery/validation/field-error.ts";
import type { FieldError } from "#machinery/validation/field-error.ts";
import { isDnsSubdomain } from "#machinery/validation/names.ts";
import { ExpressionError } from "../settings/expressions.ts";
import type { CompiledExpression, Expressions } from "../settings/expressions.ts";
import { SettingsError } from "../settings/error.ts";
import { readSettings, requireNoErrors } from "../settings/reader.ts";
import type { Fields } from "../settings/reader.ts";
import type { AuthorizerSettings, WebhookSettings } from "./settings.ts";

const plainTypes = ["AlwaysAllow", "AlwaysDeny", "Node", "RBAC"] as const;
const apiVersions = ["v1", "v1beta1", "v1alpha1"].map(
  (version) => `apiserver.config.k8s.io/${version}`,
);
const second = 1_000_000_000;
const conditionsMax = 64;

/** `kind: AuthorizationConfiguration`. Throws `SettingsError` with everything that is wrong. */
export function parseAuthorizationConfiguration(
  content: string,
  {
    expressions,
    requiredTypes = [],
  }: {
    readonly expressions: Expressions;
    /** Of those that must be among them. */
    readonly requiredTypes?: readonly string[];
  },
): readonly AuthorizerSettings[] {
  const kind = "AuthorizationConfiguration";
  const drafts = readSettings(content, { kind, apiVersions }, (fields) =>
    fields.list("authorizers", (fields) => ({
      type: fields.text("type"),
      name: fields.text("name"),
      webhook: fields.has("webhook") ? fields.read("webhook", readWebhook) : undefined,
    })),
  );
  const errors: FieldError[] = [];
  if (drafts.length === 0) {
    errors.push(requiredValue("authorizers", "at least one authorization mode must be defined"));
  }
  const known = { types: new Set<string>(), names: new Set<string>() };
  const authorizers = drafts.flatMap((draft, index) => {
    const path = `authorizers[${index}]`;
    errors.push(...nameErrors(draft, path, known));
    return settingsOf(draft, path, { errors, expressions });
  });
  requireNoErrors(kind, errors);
  requirePlainTypes(authorizers, requiredTypes);
  return authorizers;
}

function requirePlainTypes(
  authorizers: readonly AuthorizerSettings[],
  requiredTypes: readonly string[],
): void {
  const problems = authorizers.flatMap(({ type, name }) => {
    const expected = type.toLowerCase();
    if (type === "Webhook" || name === expected) return [];
    return [`expected name ${expected} for authorizer ${type} instead of ${name}`];
  });
  const types = new Set<string>(authorizers.map(({ type }) => type));
  const missing = requiredTypes.filter((type) => !types.has(type));
  if (missing.length > 0) problems.push(`missing required types: [${missing.sort().join(" ")}]`);
  if (problems.length === 0) return;
  throw new SettingsError(problems.length > 1 ? `[${problems.join(", ")}]` : `${problems[0]}`);
}

interface WebhookDraft {
  readonly authorizedTtl: string;
  readonly unauthorizedTtl: string;
  readonly timeout: string;
  readonly version: string;
  readonly conditionVersion: string;
  readonly failurePolicy: string;
  readonly connectionType: string;
  readonly kubeconfig: string;
  readonly conditions: readonly string[];
  readonly cachesAuthorized: boolean;
  readonly cachesUnauthorized: boolean;
}

interface Draft {
  readonly type: string;
  readonly name: string;
  readonly webhook: WebhookDraft | undefined;
}

function readWebhook(fields: Fields): WebhookDraft {
  const cached = (name: string) => (fields.has(name) ? fields.flag(name) : true);
  return {
    authorizedTtl: fields.text("authorizedTTL") || "5m",
    unauthorizedTtl: fields.text("unauthorizedTTL") || "30s",
    cachesAuthorized: cached("cacheAuthorizedRequests"),
    cachesUnauthorized: cached("cacheUnauthorizedRequests"),
    timeout: fields.text("timeout"),
    version: fields.text("subjectAccessReviewVersion"),
    conditionVersion: fields.text("matchConditionSubjectAccessReviewVersion"),
    failurePolicy: fields.text("failurePolicy"),
    ...fields.read("connectionInfo", (info) => ({
      connectionType: info.text("type"),
      kubeconfig: info.text("kubeConfigFile"),
    })),
    conditions: fields.list("matchConditions", (condition) => condition.text("expression")),
  };
}

function nameErrors(
  { type, name }: Draft,
  path: string,
  known: { readonly types: Set<string>; readonly names: Set<string> },
): FieldError[] {
  const types = [...plainTypes, "Webhook"];
  if (!type) return [requiredValue(`${path}.type`)];
  if (!types.includes(type)) return [notSupported(`${path}.type`, type, types)];
  if (known.types.has(type) && type !== "Webhook") return [duplicate(`${path}.type`, type)];
  known.types.add(type);
  const at = `${path}.name`;
  if (!name) return [requiredValue(at)];
  if (known.names.has(name)) return [duplicate(at, name)];
  known.names.add(name);
  const problems = isDnsSubdomain(name);
  if (problems.length === 0) return [];
  return [invalid(at, name, `authorizer name is invalid: ${problems.join(", ")}`)];
}

interface Reading {
  readonly errors: FieldError[];
  readonly expressions: Expressions;
}

function settingsOf(draft: Draft, path: string, reading: Reading): AuthorizerSettings[] {
  const { name, webhook } = draft;
  if (draft.type === "Webhook") {
    if (!webhook) {
      reading.errors.push(requiredValue(`${path}.webhook`, "required when type=Webhook"));
      return [];
    }
    return [{ type: "Webhook", name, webhook: webhookOf(webhook, path, reading) }];
  }
  if (webhook) {
    const problem = "may only be specified when type=Webhook";
    reading.errors.push(invalid(`${path}.webhook`, "non-null", problem));
  }
  const type = plainTypes.find((each) => each === draft.type);
  return type ? [{ type, name }] : [];
}

/** Upstream leaves the word "webhook" out of these paths. */
function webhookOf(draft: WebhookDraft, path: string, reading: Reading): WebhookSettings {
  const { errors } = reading;
  const { version, conditionVersion, failurePolicy } = draft;
  const timeoutMs = timeoutOf(draft.timeout, `${path}.timeout`, errors);
  const lifetime = (text: string, at: string) => {
    const nanos = parseDuration(text);
    if (nanos === undefined || nanos < 0) errors.push(invalid(at, text, "must be > 0s"));
    return (nanos ?? 0) / 1_000_000;
  };
  const authorizedMs = lifetime(draft.authorizedTtl, `${path}.authorizedTTL`);
  const unauthorizedMs = lifetime(draft.unauthorizedTtl, `${path}.unauthorizedTTL`);
  oneOf(version, ["v1", "v1beta1"], `${path}.subjectAccessReviewVersion`, errors);
  const at = `${path}.matchConditionSubjectAccessReviewVersion`;
  if (conditionVersion) oneOf(conditionVersion, ["v1"], at, errors);
  else if (draft.conditions.length > 0) {
    errors.push(requiredValue(at, "required if match conditions are specified"));
  }
  oneOf(failurePolicy, ["NoOpinion", "Deny"], `${path}.failurePolicy`, errors);
  errors.push(...connectionErrors(draft, `${path}.connectionInfo`));
  return {
    timeoutMs,
    authorizedMs: draft.cachesAuthorized ? authorizedMs : 0,
    unauthorizedMs: draft.cachesUnauthorized ? unauthorizedMs : 0,
    version: version === "v1beta1" ? version : "v1",
    failurePolicy: failurePolicy === "Deny" ? failurePolicy : "NoOpinion",
    kubeconfig: draft.kubeconfig || undefined,
    conditions: conditionsOf(draft.conditions, `${path}.matchConditions`, reading),
  };
}

function timeoutOf(text: string, path: string, errors: FieldError[]): number {
  if (!text) errors.push(requiredValue(path));
  const nanos = parseDuration(text) ?? 0;
  if (text && (nanos <= 0 || nanos > 30 * second)) {
    errors.push(invalid(path, text, "must be > 0s and <= 30s"));
  }
  return nanos / 1_000_000;
}

function oneOf(value: string, known: readonly string[], path: string, errors: FieldError[]): void {
  if (!value) errors.push(requiredValue(path));
  else if (!known.includes(value)) errors.push(notSupported(path, value, known));
}

function connectionErrors(
  { connectionType, kubeconfig }: WebhookDraft,
  path: string,
): FieldError[] {
  const at = `${path}.kubeConfigFile`;
  switch (connectionType) {
    case "":
      return [requiredValue(`${path}.type`)];
    case "InClusterConfig":
      return kubeconfig
        ? [invalid(at, kubeconfig, "can only be set when type=KubeConfigFile")]
        : [];
    case "KubeConfigFile":
      if (!kubeconfig) return [requiredValue(at)];
      return kubeconfig.startsWith("/")
        ? []
        : [invalid(at, kubeconfig, "must be an absolute path")];
    default:
      return [notSupported(`${path}.type`, connectionType, ["InClusterConfig", "KubeConfigFile"])];
  }
}

function conditionsOf(
  texts: readonly string[],
  path: string,
  { errors, expressions }: Reading,
): CompiledExpression[] {
  if (texts.length > conditionsMax) {
    errors.push(tooMany(path, texts.length, conditionsMax));
    return [];
  }
  const known = new Set<string>();
  return texts.flatMap((text, index) => {
    const at = `${path}[${index}].expression`;
    if (!text.trim()) errors.push(requiredValue(at));
    else if (known.has(text)) errors.push(duplicate(at, text));
    else {
      known.add(text);
      try {
        return [expressions.compile(text, "request", { isCondition: true })];
      } catch (error) {
        if (!(error instanceof ExpressionError)) throw error;
        errors.push(invalid(at, text, error.message));
      }
    }
    return [];
  });
}
