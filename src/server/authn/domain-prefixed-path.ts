import { invalid, requiredValue } from "#machinery/validation/field-error.ts";
import type { FieldError } from "#machinery/validation/field-error.ts";
import { isDnsSubdomain } from "#machinery/validation/names.ts";

const pathRule = "[A-Za-z0-9/\\-._~%!$&'()*+,;=:]+";

/** `example.com/anything`: how keys of a user's extra must look where they are checked. */
export function validateDomainPrefixedPath(path: string, value: string): FieldError[] {
  if (!value) return [requiredValue(path)];
  const slash = value.indexOf("/");
  const host = value.slice(0, Math.max(slash, 0));
  const rest = value.slice(slash + 1);
  if (!host || !rest) {
    return [invalid(path, value, 'must be a domain-prefixed path (such as "acme.io/foo")')];
  }
  const errors = isDnsSubdomain(host).map((problem) => invalid(path, host, problem));
  if (!new RegExp(`^(${pathRule})$`).test(rest)) {
    const problem = `Invalid path (regex used for validation is '${pathRule}')`;
    errors.push(invalid(path, rest, problem));
  }
  return errors;
}
