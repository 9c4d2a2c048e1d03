import type { Node } from "#api/core/v1.ts";
import type { FieldError } from "#machinery/validation/field-error.ts";
import { duplicate, forbidden, invalid, requiredValue } from "#machinery/validation/field-error.ts";
import { isCidr, isLabelValue, isQualifiedName } from "#machinery/validation/names.ts";
import { by, oneOf, sameValue } from "../../common/validation.ts";

export function validateNode({ spec }: Node): FieldError[] {
  const errors: FieldError[] = [];
  const seen = new Set<string>();
  for (const [index, { key, value = "", effect }] of (spec.taints ?? []).entries()) {
    // The path is not the field's: it never was.
    const at = `metadata.taints[${index}]`;
    errors.push(
      ...by(`${at}.key`, key, isQualifiedName),
      ...by(`${at}.value`, value, isLabelValue),
    );
    const effects = ["NoSchedule", "PreferNoSchedule", "NoExecute"];
    if (!effect) errors.push(requiredValue(`${at}.effect`));
    else errors.push(...oneOf(`${at}.effect`, effect, effects));
    const identity = `${key} ${effect}`;
    if (seen.has(identity)) {
      const error = duplicate(at, { key, value, effect });
      errors.push({ ...error, detail: "taints must be unique by key and effect pair" });
    }
    seen.add(identity);
  }
  const cidrs = spec.podCIDRs ?? [];
  for (const [index, cidr] of cidrs.entries()) {
    errors.push(...by(`spec.podCIDRs[${index}]`, cidr, isCidr));
  }
  if (spec.podCIDR && cidrs.length && cidrs[0] !== spec.podCIDR) {
    const detail = `podCIDR does not match podCIDRs[0]`;
    errors.push(invalid("spec.podCIDRs", cidrs, detail));
  }
  return errors;
}

export function validateNodeUpdate(node: Node, old: Readonly<Node>): FieldError[] {
  const errors: FieldError[] = [];
  const before = old.spec;
  if (before.podCIDRs?.length && !sameValue(node.spec.podCIDRs, before.podCIDRs)) {
    const detail = 'node updates may not change podCIDR except from "" to valid';
    errors.push(forbidden("spec.podCIDRs", detail));
  }
  if (before.providerID && node.spec.providerID !== before.providerID) {
    const detail = 'node updates may not change providerID except from "" to valid';
    errors.push(forbidden("spec.providerID", detail));
  }
  return errors;
}
