import { ServiceCIDR } from "#api/networking/v1.ts";
import type { FieldError } from "#machinery/validation/field-error.ts";
import { invalid, requiredValue } from "#machinery/validation/field-error.ts";
import type { ResourceDefinition } from "../../../registry/resource.ts";
import { isCanonicalCidr } from "../../common/canonical-address.ts";
import { ageColumn, column, nameColumn } from "../../common/columns.ts";
import { by } from "../../common/validation.ts";
import { defineResource } from "../../define.ts";

/** A network that Services take their addresses from. */
export const serviceCidrs: ResourceDefinition = defineResource<ServiceCIDR>({
  type: ServiceCIDR,
  requiredMayBeEmpty: true,
  hasGeneration: false,
  columns: [nameColumn(), column("CIDRs", ({ spec }) => (spec.cidrs ?? []).join(",")), ageColumn()],
  prepareForCreate(network) {
    network.status = {};
  },
  prepareForUpdate(network, old) {
    network.status = old.status;
  },
  validateCreate: validateNetworks,
  validateUpdate: validateChange,
  status: {},
});

const familiesMax = 2;

function validateNetworks({ spec }: ServiceCIDR): FieldError[] {
  const { cidrs = [] } = spec;
  const path = "spec.cidrs";
  if (!cidrs.length) return [requiredValue(path, "at least one CIDR required")];
  if (cidrs.length > familiesMax) return [invalid(path, spec, "may only hold up to 2 values")];
  const errors = cidrs.flatMap((cidr, index) => by(`${path}[${index}]`, cidr, isCanonicalCidr));
  const [first = "", second] = cidrs;
  if (!errors.length && second !== undefined && first.includes(":") === second.includes(":")) {
    const detail =
      "may specify no more than one IP for each IP family, i.e 192.168.0.0/24 and 2001:db8::/64";
    errors.push(invalid(path, cidrs, detail));
  }
  return errors;
}

/** Networks stay; a second one of the other family may join the first. */
function validateChange(network: ServiceCIDR, old: Readonly<ServiceCIDR>): FieldError[] {
  const { cidrs = [] } = network.spec;
  const { cidrs: oldCidrs = [] } = old.spec;
  const isExtended = oldCidrs.length === 1 && cidrs.length === familiesMax;
  if (cidrs.length !== oldCidrs.length && !isExtended) {
    return [invalid("spec.cidrs", cidrs, "field is immutable")];
  }
  const errors = oldCidrs.flatMap((cidr, index) =>
    cidr === cidrs[index]
      ? []
      : [invalid(`spec.cidrs[${index}]`, cidrs[index], "field is immutable")],
  );
  return isExtended ? [...errors, ...validateNetworks(network)] : errors;
}
