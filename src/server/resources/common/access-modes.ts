import type { FieldError } from "#machinery/validation/field-error.ts";
import { forbidden, notSupported } from "#machinery/validation/field-error.ts";

const letters: Readonly<Record<string, string>> = {
  ReadWriteOnce: "RWO",
  ReadOnlyMany: "ROX",
  ReadWriteMany: "RWX",
  ReadWriteOncePod: "RWOP",
};

/** "RWO,ROX", each once and in this order whatever the object says. */
export function formatAccessModes(modes: readonly string[]): string {
  const known = Object.entries(letters).filter(([mode]) => modes.includes(mode));
  return known.map(([, short]) => short).join(",");
}

export function validateAccessModes(path: string, modes: readonly string[]): FieldError[] {
  const errors: FieldError[] = modes
    .filter((mode) => letters[mode] === undefined)
    .map((mode) => notSupported(path, mode, Object.keys(letters)));
  const known = new Set(modes.filter((mode) => letters[mode] !== undefined));
  if (known.has("ReadWriteOncePod") && known.size > 1) {
    errors.push(forbidden(path, "may not use ReadWriteOncePod with other access modes"));
  }
  return errors;
}
