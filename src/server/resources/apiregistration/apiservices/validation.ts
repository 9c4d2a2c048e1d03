import type { APIService, APIServiceSpec } from "#api/apiregistration/v1.ts";
import { fromBase64 } from "#base/bytes.ts";
import { invalid, requiredValue } from "#machinery/validation/field-error.ts";
import type { FieldError } from "#machinery/validation/field-error.ts";
import { isDns1035Label, isDnsSubdomain, isPortNumber } from "#machinery/validation/names.ts";
import { by } from "../../common/validation.ts";

/** Rules of an APIService, for new ones and for changes. */
export function validateApiService({ metadata, spec }: APIService): FieldError[] {
  const { group = "", version = "", groupPriorityMinimum, versionPriority } = spec;
  const errors: FieldError[] = [];
  const name = `${version}.${group}`;
  if (metadata.name && metadata.name !== name) {
    const detail = `must be \`spec.version+"."+spec.group\`: ${JSON.stringify(name)}`;
    errors.push(invalid("metadata.name", metadata.name, detail));
  }
  if (group) errors.push(...by("spec.group", group, isDnsSubdomain));
  else if (version !== "v1") {
    const detail = "only v1 may have an empty group and it better be legacy kube";
    errors.push(requiredValue("spec.group", detail));
  }
  errors.push(...by("spec.version", version, isDns1035Label));
  if (groupPriorityMinimum <= 0 || groupPriorityMinimum > 20_000) {
    const detail = "must be positive and less than 20000";
    errors.push(invalid("spec.groupPriorityMinimum", groupPriorityMinimum, detail));
  }
  if (versionPriority <= 0 || versionPriority > 1000) {
    const detail = "must be positive and less than 1000";
    errors.push(invalid("spec.versionPriority", versionPriority, detail));
  }
  return [...errors, ...(spec.service ? validateRemote(spec) : validateLocal(spec))];
}

function validateLocal({ caBundle = "", insecureSkipTLSVerify }: APIServiceSpec): FieldError[] {
  const errors: FieldError[] = [];
  if (caBundle) {
    const shown = `${fromBase64(caBundle).length} bytes`;
    errors.push(invalid("spec.caBundle", shown, "local APIServices may not have a caBundle"));
  }
  if (insecureSkipTLSVerify) {
    const detail = "local APIServices may not have insecureSkipTLSVerify";
    errors.push(invalid("spec.insecureSkipTLSVerify", true, detail));
  }
  return errors;
}

function validateRemote({ service, caBundle, insecureSkipTLSVerify }: APIServiceSpec) {
  const errors: FieldError[] = [];
  const { namespace, name, port = 0 } = service ?? {};
  if (!namespace) errors.push(requiredValue("spec.service.namespace"));
  if (!name) errors.push(requiredValue("spec.service.name"));
  const problems = isPortNumber(port);
  if (problems.length) {
    const detail = `port is not valid: ${problems.join(", ")}`;
    errors.push(invalid("spec.service.port", port, detail));
  }
  if (insecureSkipTLSVerify && caBundle) {
    const detail = "may not be true if caBundle is present";
    errors.push(invalid("spec.insecureSkipTLSVerify", true, detail));
  }
  return errors;
}
