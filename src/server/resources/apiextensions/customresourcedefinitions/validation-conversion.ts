import type {
  CustomResourceDefinition,
  CustomResourceDefinitionSpec,
  WebhookConversion,
} from "#api/apiextensions/v1.ts";
import { forbidden, invalid, notSupported } from "#machinery/validation/field-error.ts";
import { requiredValue } from "#machinery/validation/field-error.ts";
import type { FieldError } from "#machinery/validation/field-error.ts";
import { isDns1035Label, isDnsSubdomain, isPortNumber } from "#machinery/validation/names.ts";
import { isConditionTrue } from "../../../crd/conditions.ts";
import { isCertificateBundle } from "../../../crd/plan.ts";

const path = "spec.conversion";
const configPath = `${path}.webhookClientConfig`;
const strategies = ["None", "Webhook"];
const reviewVersions = ["v1", "v1beta1"];

type ClientConfig = NonNullable<WebhookConversion["clientConfig"]>;

export function validateConversion(
  { conversion }: CustomResourceDefinitionSpec,
  old: Readonly<CustomResourceDefinition> | undefined,
): FieldError[] {
  if (!conversion) return [];
  const { strategy, webhook } = conversion;
  const errors: FieldError[] = [];
  if (!strategy) errors.push(requiredValue(`${path}.strategy`));
  else if (!strategies.includes(strategy)) {
    errors.push(notSupported(`${path}.strategy`, strategy, strategies));
  }
  const config = webhook?.clientConfig;
  const versions = webhook?.conversionReviewVersions ?? [];
  if (strategy !== "Webhook") {
    const detail = "should not be set when strategy is not set to Webhook";
    if (config) errors.push(forbidden(configPath, detail));
    if (versions.length) errors.push(forbidden(`${path}.conversionReviewVersions`, detail));
    return errors;
  }
  return [...errors, ...validateConfig(config, old), ...validateReviewVersions(versions, old)];
}

function validateConfig(
  config: ClientConfig | undefined,
  old: Readonly<CustomResourceDefinition> | undefined,
): FieldError[] {
  if (!config) return [requiredValue(configPath, "required when strategy is set to Webhook")];
  const { url, service, caBundle } = config;
  const errors: FieldError[] = [];
  if ((url === undefined) === (service === undefined)) {
    errors.push(requiredValue(configPath, "exactly one of url or service is required"));
  } else if (url !== undefined) errors.push(...validateUrl(url, `${configPath}.url`));
  else if (service) errors.push(...validateService(service, `${configPath}.service`));
  // A definition may come before its webhook has a certificate; in use, the bundle must stay good.
  const wasGood = old && isGoodBundle(old.spec.conversion?.webhook?.clientConfig?.caBundle);
  if (
    old &&
    isConditionTrue(old, "Established") &&
    wasGood &&
    caBundle &&
    !isGoodBundle(caBundle)
  ) {
    const detail = "unable to load root certificates: unable to parse bytes as PEM block";
    errors.push(invalid(`${configPath}.caBundle`, caBundle, detail));
  }
  return errors;
}

function isGoodBundle(bundle: string | undefined): boolean {
  return !bundle || isCertificateBundle(bundle);
}

function validateUrl(given: string, at: string): FieldError[] {
  const form = "; desired format: https://host[/path]";
  let url: URL;
  try {
    url = new URL(given);
  } catch {
    const why = `parse ${JSON.stringify(given)}: invalid URI for request`;
    return [requiredValue(at, `url must be a valid URL: ${why}${form}`)];
  }
  const errors: FieldError[] = [];
  const scheme = url.protocol.slice(0, -1);
  if (scheme !== "https") {
    errors.push(invalid(at, scheme, `'https' is the only allowed URL scheme${form}`));
  }
  if (!url.host) errors.push(invalid(at, url.host, `host must be specified${form}`));
  if (url.username || url.password) {
    const user = url.password ? `${url.username}:${url.password}` : url.username;
    errors.push(invalid(at, user, "user information is not permitted in the URL"));
  }
  if (url.hash) {
    errors.push(invalid(at, url.hash.slice(1), "fragments are not permitted in the URL"));
  }
  if (url.search) {
    errors.push(invalid(at, url.search.slice(1), "query parameters are not permitted in the URL"));
  }
  return errors;
}

/** The names of name and namespace are mixed up in upstream's errors, and so are they here. */
function validateService(
  { name, namespace, path: urlPath, port }: NonNullable<ClientConfig["service"]>,
  at: string,
): FieldError[] {
  const errors: FieldError[] = [];
  if (!namespace) errors.push(requiredValue(`${at}.name`));
  if (!name) errors.push(requiredValue(`${at}.namespace`));
  const problems = isPortNumber(port);
  if (problems.length) {
    errors.push(invalid(`${at}.port`, port, `port is not valid: ${problems.join(", ")}`));
  }
  if (!urlPath || urlPath === "/") return errors;
  const fail = (detail: string) => errors.push(invalid(`${at}.path`, urlPath, detail));
  if (urlPath === "//") {
    fail("segment[0] may not be empty");
    return errors;
  }
  if (!urlPath.startsWith("/")) fail("must start with a '/'");
  const segments = urlPath.slice(1).replace(/\/$/, "").split("/");
  for (const [index, segment] of segments.entries()) {
    if (segment === "") fail(`segment[${index}] may not be empty`);
    else for (const problem of isDnsSubdomain(segment)) fail(`segment[${index}]: ${problem}`);
  }
  return errors;
}

function validateReviewVersions(
  versions: readonly string[],
  old: Readonly<CustomResourceDefinition> | undefined,
): FieldError[] {
  const at = `${path}.conversionReviewVersions`;
  if (versions.length === 0) return [requiredValue(at)];
  const errors: FieldError[] = [];
  for (const [index, version] of versions.entries()) {
    if (versions.indexOf(version) < index) {
      errors.push(invalid(`${at}[${index}]`, version, "duplicate version"));
      continue;
    }
    for (const problem of isDns1035Label(version)) {
      errors.push(invalid(`${at}[${index}]`, version, problem));
    }
  }
  const isKnown = (version: string) => reviewVersions.includes(version);
  const before = old?.spec.conversion?.webhook?.conversionReviewVersions ?? [];
  const mustBeKnown = before.length === 0 || before.some(isKnown);
  if (mustBeKnown && !versions.some(isKnown)) {
    const detail = `must include at least one of ${reviewVersions.join(", ")}`;
    errors.push(invalid(at, versions, detail));
  }
  return errors;
}
