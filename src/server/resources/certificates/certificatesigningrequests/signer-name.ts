import type { FieldError } from "#machinery/validation/field-error.ts";
import { invalid, requiredValue, tooLong } from "#machinery/validation/field-error.ts";
import {
  isDnsLabel,
  isDnsSubdomain,
  maxLabelBytes,
  maxSubdomainBytes,
} from "#machinery/validation/names.ts";

/** A domain and a path: "kubernetes.io/kube-apiserver-client". */
export function validateSignerName(path: string, name: string | undefined): FieldError[] {
  if (!name) return [requiredValue(path)];
  const [domain = "", rest = "", ...others] = name.split("/");
  if (others.length || !name.includes("/")) {
    const detail =
      "must be a fully qualified domain and path of the form 'example.com/signer-name'";
    return [invalid(path, name, detail)];
  }
  const errors: FieldError[] = [];
  if (domain.length > maxSubdomainBytes) errors.push(tooLong(path, maxSubdomainBytes));
  const labels = domain.split(".");
  errors.push(...firstProblem(path, domain, labels, isDnsLabel));
  if (labels.length < 2) {
    const detail = "should be a domain with at least two segments separated by dots";
    errors.push(invalid(path, domain, detail));
  }
  errors.push(...firstProblem(path, rest, rest.split("."), isDnsSubdomain));
  const bytesMax = 2 * maxSubdomainBytes + maxLabelBytes + 2;
  if (name.length > bytesMax) errors.push(tooLong(path, bytesMax));
  return errors;
}

/** One bad label says enough. */
function firstProblem(
  path: string,
  value: string,
  labels: readonly string[],
  rule: (label: string) => readonly string[],
): FieldError[] {
  const label = labels.find((each) => rule(each).length);
  if (label === undefined) return [];
  return rule(label).map((problem) =>
    invalid(path, value, `validating label ${JSON.stringify(label)}: ${problem}`),
  );
}
