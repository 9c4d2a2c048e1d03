import type { CustomResourceSubresourceScale } from "#api/apiextensions/v1.ts";
import { goText } from "#machinery/go-text.ts";
import { isRow, setKey } from "#machinery/json.ts";
import type { Row } from "#machinery/json.ts";
import { internalError } from "#machinery/status.ts";
import { invalid } from "#machinery/validation/field-error.ts";
import type { FieldError } from "#machinery/validation/field-error.ts";
import type { ScaleMapping } from "../registry/resource.ts";
import type { StoredObject } from "../registry/stored-object.ts";

const int32Max = 2147483647;

/** `/scale` of a custom resource: its definition says where the numbers are. */
export function customScale(scale: CustomResourceSubresourceScale): ScaleMapping<StoredObject> {
  const { specReplicasPath, statusReplicasPath, labelSelectorPath } = scale;
  return {
    replicas: (object) => numberAt(object, specReplicasPath) ?? 0,
    requireReplicas(object) {
      if (numberAt(object, specReplicasPath) !== undefined) return;
      throw internalError(
        `the spec replicas field ${JSON.stringify(specReplicasPath)} does not exist`,
      );
    },
    setReplicas: (object, replicas) => setAt(object, specReplicasPath, replicas),
    statusReplicas: (object) => numberAt(object, statusReplicasPath) ?? 0,
    selector(object) {
      const value = labelSelectorPath ? look(object, labelSelectorPath).value : "";
      return typeof value === "string" ? value : "";
    },
  };
}

/** Whether the number of replicas is one, where the definition says that it is. */
export function validateScaleSpec(
  object: Row,
  scale: CustomResourceSubresourceScale | undefined,
): FieldError[] {
  return scale ? validateReplicas(object, scale.specReplicasPath) : [];
}

export function validateScaleStatus(
  object: Row,
  scale: CustomResourceSubresourceScale | undefined,
): FieldError[] {
  if (!scale) return [];
  const errors = validateReplicas(object, scale.statusReplicasPath);
  const { labelSelectorPath } = scale;
  if (!labelSelectorPath) return errors;
  const { value, problem } = look(object, labelSelectorPath);
  const why =
    problem ??
    (value === undefined || typeof value === "string" ? undefined : wrong(value, "string"));
  if (why !== undefined) errors.push(accessError(labelSelectorPath, "", why));
  return errors;
}

function validateReplicas(object: Row, path: string): FieldError[] {
  const { value, problem } = look(object, path);
  if (problem !== undefined) return [accessError(path, 0, problem)];
  if (value === undefined) return [];
  if (typeof value !== "number" || !Number.isInteger(value)) {
    return [accessError(path, 0, wrong(value, "int64"))];
  }
  if (value < 0) return [invalid(path, value, "should be a non-negative integer")];
  if (value <= int32Max) return [];
  return [invalid(path, value, `should be less than or equal to ${int32Max}`)];
}

function accessError(path: string, value: unknown, why: string): FieldError {
  return invalid(path, value, `${path} accessor error: ${why}`);
}

function wrong(value: unknown, wanted: string): string {
  return `${goText(value)} is of the type ${goTypeOf(value)}, expected ${wanted}`;
}

function goTypeOf(value: unknown): string {
  if (Array.isArray(value)) return "[]interface {}";
  switch (typeof value) {
    case "string":
      return "string";
    case "boolean":
      return "bool";
    case "number":
      return Number.isInteger(value) ? "int64" : "float64";
    default:
      return value === null ? "<nil>" : "map[string]interface {}";
  }
}

function namesOf(path: string): string[] {
  return path.replace(/^\./, "").split(".");
}

/** What a simple path leads to; `problem` where something on the way is no object. */
function look(object: Row, path: string): { value?: unknown; problem?: string } {
  let current: unknown = object;
  for (const name of namesOf(path)) {
    if (current === null) return {};
    if (!isRow(current)) return { problem: wrong(current, "map[string]interface{}") };
    if (!Object.hasOwn(current, name)) return {};
    current = current[name];
  }
  return { value: current };
}

function numberAt(object: Row, path: string): number | undefined {
  const { value } = look(object, path);
  return typeof value === "number" ? value : undefined;
}

function setAt(object: Row, path: string, value: number): void {
  const names = namesOf(path);
  let current = object;
  for (const name of names.slice(0, -1)) {
    const next = current[name];
    if (isRow(next)) current = next;
    else {
      const made: Row = {};
      setKey(current, name, made);
      current = made;
    }
  }
  setKey(current, names.at(-1) ?? "", value);
}
