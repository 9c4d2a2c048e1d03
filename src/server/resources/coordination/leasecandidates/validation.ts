import type { LeaseCandidate } from "#api/coordination/v1beta1.ts";
import type { FieldError } from "#machinery/validation/field-error.ts";
import { invalid, requiredValue } from "#machinery/validation/field-error.ts";
import { compareSemanticVersions, parseSemanticVersion } from "../../common/semantic-version.ts";
import type { SemanticVersion } from "../../common/semantic-version.ts";
import { present } from "../../common/validation.ts";
import { validateStrategy } from "../leases/validation.ts";

const zero: SemanticVersion = { numbers: [0n, 0n, 0n], prerelease: [] };

export function validateCandidate({ spec }: LeaseCandidate): FieldError[] {
  const { binaryVersion, emulationVersion, strategy } = spec;
  const errors = present("spec.leaseName", spec.leaseName);
  const read = (path: string, text: string | undefined): SemanticVersion => {
    const version = text ? parseSemanticVersion(text) : zero;
    if (!version) errors.push(invalid(path, text, "must be a valid semantic version"));
    return version ?? zero;
  };
  const emulated = read("spec.emulationVersion", emulationVersion);
  errors.push(...present("spec.binaryVersion", binaryVersion));
  const binary = read("spec.binaryVersion", binaryVersion);
  if (binaryVersion && emulationVersion && compareSemanticVersions(binary, emulated) < 0) {
    const detail = "must be greater than or equal to `emulationVersion`";
    errors.push(invalid("spec.binaryVersion", binaryVersion, detail));
  }
  if (!strategy) return [...errors, requiredValue("spec.strategy")];
  if (strategy === "OldestEmulationVersion" && !compareSemanticVersions(emulated, zero)) {
    const detail = "must be specified when `strategy` is 'OldestEmulationVersion'";
    errors.push(requiredValue("spec.emulationVersion", detail));
  }
  return [...errors, ...validateStrategy(strategy)];
}
