import type { Kind } from "#schema/field.ts";
import type { MessageType } from "#schema/message.ts";
import { escapeField } from "./escape.ts";
import {
  boolType,
  bytesType,
  doubleType,
  dynType,
  intType,
  listType,
  mapType,
  stringType,
  type StructType,
  timestampType,
  type Type,
} from "./types.ts";

/**
 * The type of an API message, for expressions about built-in kinds. `name` is what messages call
 * it and, with the path appended, its parts: `Object.spec`. Without one a message has its own name.
 */
export function typeOfMessage(message: MessageType, name = message.schemaName): StructType {
  const fields = new Map<string, { readonly type: () => Type; readonly jsonName: string }>();
  const escaped = new Map<string, string>();
  for (const [jsonName, field] of Object.entries(message.fields)) {
    const escapedName = escapeField(jsonName);
    if (escapedName === undefined) continue;
    let type: Type | undefined;
    const fieldType = () => (type ??= typeOfKind(field.spec.of, `${name}.${escapedName}`));
    fields.set(escapedName, { type: fieldType, jsonName });
    escaped.set(jsonName, escapedName);
  }
  const find = (field: string) => fields.get(field) ?? fields.get(`__${field}__`);
  return {
    kind: "struct",
    name,
    field: (field) => find(field)?.type(),
    jsonName: (field) => find(field)?.jsonName ?? field,
    fieldOfJson: (jsonName) => escaped.get(jsonName),
  };
}

function typeOfKind(kind: Kind, name: string): Type {
  switch (kind.kind) {
    case "string":
    case "enum":
    case "quantity":
    case "duration":
      return stringType;
    case "bool":
      return boolType;
    case "int32":
    case "int64":
    case "uint32":
    case "uint64":
      return intType;
    case "double":
      return doubleType;
    case "bytes":
    case "octets":
      return bytesType;
    case "time":
    case "microTime":
      return timestampType;
    case "intOrString":
    case "json":
      return dynType;
    case "message":
      return typeOfMessage(kind.type(), name);
    case "list":
      return listType(typeOfKind(kind.item, `${name}.@idx`));
    case "map":
      return mapType(stringType, typeOfKind(kind.value, `${name}.@elem`));
    default:
      return kind satisfies never;
  }
}
