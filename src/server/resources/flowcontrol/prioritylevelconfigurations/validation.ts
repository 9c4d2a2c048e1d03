import type { PriorityLevelConfiguration, QueuingConfiguration } from "#api/flowcontrol/v1.ts";
import type { FieldError } from "#machinery/validation/field-error.ts";
import {
  forbidden,
  invalid,
  notSupported,
  requiredValue,
} from "#machinery/validation/field-error.ts";
import { inRange } from "#machinery/validation/names.ts";
import { sameValue } from "../../common/validation.ts";
import { mandatoryLevels } from "../bootstrap.ts";

type Level = PriorityLevelConfiguration;
const oldAnnotation = "flowcontrol.k8s.io/v1beta3-preserve-zero-concurrency-shares";

export function validateLevel({ metadata, spec }: Level): FieldError[] {
  const errors: FieldError[] = [];
  if (metadata.annotations?.[oldAnnotation] !== undefined) {
    errors.push(forbidden("metadata.annotations", `annotation '${oldAnnotation}' is forbidden`));
  }
  if ((metadata.name === "exempt") !== (spec.type === "Exempt")) {
    const detail = "must be 'Exempt' if and only if `name` is 'exempt'";
    errors.push(invalid("spec.type", spec.type ?? "", detail));
  }
  switch (spec.type) {
    case "Exempt":
      if (spec.limited) {
        errors.push(forbidden("spec.limited", "must be nil if the type is not Limited"));
      }
      if (spec.exempt) errors.push(...validateShares(spec.exempt, "spec.exempt"));
      break;
    case "Limited":
      if (spec.exempt) errors.push(forbidden("spec.exempt", "must be nil if the type is Limited"));
      errors.push(
        ...(spec.limited
          ? validateLimited(spec.limited)
          : [requiredValue("spec.limited", "must not be empty when type is Limited")]),
      );
      break;
    default:
      errors.push(
        spec.type
          ? notSupported("spec.type", spec.type, ["Exempt", "Limited"])
          : requiredValue("spec.type"),
      );
  }
  return [...errors, ...validateMandatory(metadata.name, spec)];
}

/** Of the level without limits its share may change, and nothing else of the two that must be. */
function validateMandatory(name: string, spec: Level["spec"]): FieldError[] {
  const fixed = mandatoryLevels[name];
  if (!fixed) return [];
  const isExempt = name === "exempt";
  const compared = isExempt ? { ...spec, exempt: fixed.exempt } : spec;
  if (sameValue(compared, fixed)) return [];
  const except = isExempt ? " except the 'spec.exempt' field" : "";
  return [invalid("spec", spec, `spec of '${name}'${except} must equal the fixed value`)];
}

function validateShares(
  shares: { readonly nominalConcurrencyShares?: number; readonly lendablePercent?: number },
  path: string,
): FieldError[] {
  const { lendablePercent = 0, nominalConcurrencyShares = 0 } = shares;
  const errors: FieldError[] = [];
  if (nominalConcurrencyShares < 0) {
    const at = `${path}.nominalConcurrencyShares`;
    errors.push(invalid(at, nominalConcurrencyShares, "must be a non-negative integer"));
  }
  for (const detail of inRange(0, 100, lendablePercent)) {
    errors.push(invalid(`${path}.lendablePercent`, lendablePercent, detail));
  }
  return errors;
}

function validateLimited(limited: NonNullable<Level["spec"]["limited"]>): FieldError[] {
  const path = "spec.limited";
  const { borrowingLimitPercent = 0, limitResponse: response } = limited;
  const errors = validateShares(limited, path);
  const at = `${path}.limitResponse`;
  switch (response?.type) {
    case "Reject":
      if (response.queuing) {
        const detail = "must be nil if limited.limitResponse.type is not Limited";
        errors.push(forbidden(`${at}.queuing`, detail));
      }
      break;
    case "Queue": {
      const detail = "must not be empty if limited.limitResponse.type is Limited";
      errors.push(
        ...(response.queuing
          ? validateQueuing(response.queuing, `${at}.queuing`)
          : [requiredValue(`${at}.queuing`, detail)]),
      );
      break;
    }
    default:
      errors.push(
        response?.type
          ? notSupported(`${at}.type`, response.type, ["Queue", "Reject"])
          : requiredValue(`${at}.type`),
      );
  }
  if (borrowingLimitPercent < 0) {
    const detail = "if specified, must be a non-negative integer";
    errors.push(invalid(`${path}.borrowingLimitPercent`, borrowingLimitPercent, detail));
  }
  return errors;
}

const queuesMax = 10_000_000;
/** A hand of queues is drawn from one hash, which must have enough bits for all of them. */
const hashBitsMax = 60;

function validateQueuing(queuing: QueuingConfiguration, path: string): FieldError[] {
  const { handSize = 0, queueLengthLimit = 0, queues = 0 } = queuing;
  const errors: FieldError[] = [];
  const refuse = (field: string, value: number, detail: string) =>
    errors.push(invalid(`${path}.${field}`, value, detail));
  if (queueLengthLimit <= 0) refuse("queueLengthLimit", queueLengthLimit, "must be positive");
  if (queues <= 0) refuse("queues", queues, "must be positive");
  else if (queues > queuesMax) {
    refuse("queues", queues, `must not be greater than ${queuesMax}`);
  }
  if (handSize <= 0) refuse("handSize", handSize, "must be positive");
  else if (handSize > queues) {
    refuse("handSize", handSize, `should not be greater than queues (${queues})`);
  } else if (entropyBits(queues, handSize) > hashBitsMax) {
    const detail =
      `required entropy bits of deckSize ${queues} and handSize ${handSize} should not be ` +
      `greater than ${hashBitsMax}`;
    refuse("handSize", handSize, detail);
  }
  return errors;
}

function entropyBits(deckSize: number, handSize: number): number {
  return Math.ceil(Math.log2(deckSize) * handSize);
}
