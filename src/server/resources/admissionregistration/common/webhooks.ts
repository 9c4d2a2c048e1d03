import type { MutatingWebhook, ValidatingWebhook } from "#api/admissionregistration/v1.ts";
import type { FieldError } from "#machinery/validation/field-error.ts";
import { duplicate, invalid, requiredValue } from "#machinery/validation/field-error.ts";
import { isDns1035Label, isDnsSubdomain, isPortNumber } from "#machinery/validation/names.ts";
import { by, validateLabelSelector } from "../../common/validation.ts";
import type { ExpressionCheck } from "./expressions.ts";
import {
  failurePolicies,
  matchPolicies,
  oneOfWords,
  reinvocationPolicies,
  validateMatchConditions,
  validateRule,
} from "./rules.ts";

type Webhook = ValidatingWebhook | MutatingWebhook;

const sideEffects = ["None", "NoneOnDryRun"];
const reviewVersions = ["v1", "v1beta1"];
const secondsMax = 30;

export function validateWebhooks(
  webhooks: readonly Webhook[],
  check: ExpressionCheck,
): FieldError[] {
  const names = webhooks.map(({ name }) => name);
  return webhooks.flatMap((webhook, index) => {
    const at = `webhooks[${index}]`;
    const isRepeated = webhook.name && names.indexOf(webhook.name) < index;
    return [
      ...validateWebhook(webhook, at, check),
      ...validateVersions(webhook.admissionReviewVersions ?? [], `${at}.admissionReviewVersions`),
      ...(isRepeated ? [duplicate(`${at}.name`, webhook.name)] : []),
    ];
  });
}

function validateWebhook(webhook: Webhook, at: string, check: ExpressionCheck): FieldError[] {
  const { timeoutSeconds } = webhook;
  const reinvocation = "reinvocationPolicy" in webhook ? webhook.reinvocationPolicy : undefined;
  return [
    ...validateName(webhook.name, `${at}.name`),
    ...(webhook.rules ?? []).flatMap((rule, index) => validateRule(rule, `${at}.rules[${index}]`)),
    ...oneOfWords(`${at}.failurePolicy`, webhook.failurePolicy, failurePolicies),
    ...oneOfWords(`${at}.matchPolicy`, webhook.matchPolicy, matchPolicies),
    ...(webhook.sideEffects === undefined
      ? [requiredValue(`${at}.sideEffects`, `must specify one of ${sideEffects.join(", ")}`)]
      : oneOfWords(`${at}.sideEffects`, webhook.sideEffects, sideEffects)),
    ...(timeoutSeconds > secondsMax || timeoutSeconds < 1
      ? [
          invalid(
            `${at}.timeoutSeconds`,
            timeoutSeconds,
            "the timeout value must be between 1 and 30 seconds",
          ),
        ]
      : []),
    ...validateLabelSelector(webhook.namespaceSelector, `${at}.namespaceSelector`),
    ...validateLabelSelector(webhook.objectSelector, `${at}.objectSelector`),
    ...oneOfWords(`${at}.reinvocationPolicy`, reinvocation, reinvocationPolicies),
    ...validateClientConfig(webhook.clientConfig, `${at}.clientConfig`),
    ...validateMatchConditions(webhook.matchConditions ?? [], `${at}.matchConditions`, check),
  ];
}

function validateName(name: string, path: string): FieldError[] {
  if (!name) return [requiredValue(path)];
  const problems = isDnsSubdomain(name);
  if (problems.length) return [invalid(path, name, problems.join(","))];
  if (name.split(".").length >= 3) return [];
  const detail = "should be a domain with at least three segments separated by dots";
  return [invalid(path, name, detail)];
}

function validateVersions(versions: readonly string[], path: string): FieldError[] {
  const known = reviewVersions.join(", ");
  if (!versions.length) return [requiredValue(path, `must specify one of ${known}`)];
  const errors = versions.flatMap((version, index) => {
    const at = `${path}[${index}]`;
    return versions.indexOf(version) < index
      ? [invalid(at, version, "duplicate version")]
      : by(at, version, isDns1035Label);
  });
  if (!versions.some((version) => reviewVersions.includes(version))) {
    errors.push(invalid(path, versions, `must include at least one of ${known}`));
  }
  return errors;
}

function validateClientConfig({ service, url }: Webhook["clientConfig"], at: string): FieldError[] {
  if ((url === undefined) === (service === undefined)) {
    return [requiredValue(at, "exactly one of url or service is required")];
  }
  if (url !== undefined) return validateWebhookUrl(url, `${at}.url`);
  return service ? validateWebhookService(service, `${at}.service`) : [];
}

const form = "; desired format: https://host[/path]";

/** Where a server outside of the cluster is called. */
export function validateWebhookUrl(url: string, path: string): FieldError[] {
  const pattern =
    /^(?:([A-Za-z][A-Za-z0-9+.-]*):)?(?:\/\/(?:([^@/?#]*)@)?([^/?#]*))?[^?#]*(?:\?([^#]*))?(?:#(.*))?$/s;
  const [, scheme = "", user, host = "", query = "", fragment = ""] = pattern.exec(url) ?? [];
  const errors: FieldError[] = [];
  const refuse = (value: string, detail: string) => errors.push(invalid(path, value, detail));
  if (scheme !== "https") refuse(scheme, `'https' is the only allowed URL scheme${form}`);
  if (!host) refuse(host, `host must be specified${form}`);
  if (user !== undefined) refuse(user, "user information is not permitted in the URL");
  if (fragment) refuse(fragment, "fragments are not permitted in the URL");
  if (query) refuse(query, "query parameters are not permitted in the URL");
  return errors;
}

interface WebhookService {
  readonly name: string;
  readonly namespace: string;
  readonly path?: string;
  readonly port?: number;
}

/** Which Service of the cluster is called. */
export function validateWebhookService(service: WebhookService, at: string): FieldError[] {
  const { name, namespace, path, port = 443 } = service;
  const errors: FieldError[] = [];
  if (!namespace) errors.push(requiredValue(`${at}.namespace`));
  if (!name) errors.push(requiredValue(`${at}.name`));
  const problems = isPortNumber(port);
  if (problems.length) {
    errors.push(invalid(`${at}.port`, port, `port is not valid: ${problems.join(", ")}`));
  }
  if (!path || path === "/") return errors;
  const refuse = (detail: string) => errors.push(invalid(`${at}.path`, path, detail));
  if (path === "//") {
    refuse("segment[0] may not be empty");
    return errors;
  }
  if (!path.startsWith("/")) refuse("must start with a '/'");
  for (const [index, step] of path.slice(1).replace(/\/$/, "").split("/").entries()) {
    if (!step) refuse(`segment[${index}] may not be empty`);
    else for (const problem of isDnsSubdomain(step)) refuse(`segment[${index}]: ${problem}`);
  }
  return errors;
}
