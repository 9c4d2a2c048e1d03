import type { FieldError } from "#machinery/validation/field-error.ts";
import { invalid } from "#machinery/validation/field-error.ts";
import { isQualifiedName } from "#machinery/validation/names.ts";
import { by } from "./validation.ts";

/** What a container may ask for without anybody having extended the cluster. */
export const standardResources = /^(cpu|memory|ephemeral-storage|hugepages-.+)$/;

/** The name of something that a container may ask for. */
export function validateResourceName(name: string, path: string): FieldError[] {
  const errors = by(path, name, isQualifiedName);
  if (!errors.length && !standardResources.test(name) && !name.includes("/")) {
    errors.push(invalid(path, name, "must be a standard resource type or fully qualified"));
    errors.push(invalid(path, name, "must be a standard resource for containers"));
  }
  return errors;
}
