import { builtInKinds } from "#api/registry.ts";
import { isRow } from "#machinery/json.ts";
import type { Row } from "#machinery/json.ts";
import type { FieldSpec } from "#schema/field.ts";
import type { MessageType } from "#schema/message.ts";
import { hasPresence } from "#schema/protobuf-presence.ts";
import { canonicalQuantity } from "#schema/quantity.ts";
import type { KubeObject } from "../objects.ts";
import { fieldsInDeclaredOrder } from "../printers/declared-order.ts";
import { markTyped } from "./field-order.ts";

/**
 * The object as a client prints it that knows its type: fields in the type's order, and with what
 * such a client always writes (`status: {}`, `creationTimestamp: null`). Of a kind that is not
 * built in, the object as it is.
 */
export function typedForm(object: KubeObject): KubeObject {
  const type = builtInKinds.byKind(object.apiVersion, object.kind);
  if (!type) return object;
  const { apiVersion: _version, kind: _kind, ...fields } = type.fields;
  const form = formOf({ schemaName: type.schemaName, fields }, object);
  const { apiVersion, kind } = object;
  return markTyped({ kind, apiVersion, metadata: {}, ...form });
}

function formOf(type: MessageType, value: Row): Row {
  const form: Row = {};
  for (const [name, spec] of fieldsInDeclaredOrder(type)) {
    const field = fieldForm(spec, value[name]);
    if (field !== undefined) form[name] = field;
    else if (name === "creationTimestamp") form[name] = null;
  }
  return markTyped(form);
}

/** Undefined for what is left out. */
function fieldForm(spec: FieldSpec, value: unknown): unknown {
  const written = !spec.optional || spec.keepsZero === true;
  const pointer = hasPresence(spec);
  const { of } = spec;
  switch (of.kind) {
    case "message": {
      if (isRow(value)) return of.type().dynamic ? value : formOf(of.type(), value);
      if (pointer && !spec.optional) return null;
      return pointer ? undefined : formOf(of.type(), {});
    }
    case "list": {
      if (!Array.isArray(value)) return written ? null : undefined;
      if (value.length === 0 && !written) return undefined;
      const { item } = of;
      return item.kind === "message"
        ? value.map((entry) => (isRow(entry) ? formOf(item.type(), entry) : entry))
        : value;
    }
    case "map": {
      if (!isRow(value)) return written ? null : undefined;
      return Object.keys(value).length > 0 || written ? mapForm(of.value, value) : undefined;
    }
    case "time":
    case "microTime":
      return value ?? (pointer ? undefined : null);
    case "quantity":
      return quantityForm(value, pointer || (spec.optional && spec.defaultValue === undefined));
    case "intOrString":
      return value ?? (pointer ? undefined : 0);
    default:
      return scalarForm(spec, value, written || pointer);
  }
}

function mapForm(of: FieldSpec["of"], map: Row): Row {
  const entries = Object.entries(map).map(([key, value]): [string, unknown] => {
    if (of.kind === "quantity") return [key, quantityForm(value, true)];
    return [key, of.kind === "message" && isRow(value) ? formOf(of.type(), value) : value];
  });
  return Object.fromEntries(entries);
}

function quantityForm(value: unknown, mayMiss: boolean): unknown {
  if (typeof value !== "string" && typeof value !== "number") return mayMiss ? undefined : "0";
  return canonicalQuantity(value) ?? value;
}

function scalarForm(spec: FieldSpec, value: unknown, keepsZero: boolean): unknown {
  if (value === undefined || value === null) {
    return spec.optional && spec.keepsZero !== true ? undefined : zeroOf(spec);
  }
  const isZero = value === "" || value === 0 || value === false;
  return isZero && !keepsZero ? undefined : value;
}

function zeroOf({ of }: FieldSpec): unknown {
  switch (of.kind) {
    case "string":
    case "enum":
    case "duration":
      return "";
    case "bool":
      return false;
    case "int32":
    case "int64":
    case "uint32":
    case "uint64":
    case "double":
      return 0;
    default:
      return null;
  }
}
