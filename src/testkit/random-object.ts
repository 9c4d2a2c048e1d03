import type { Random } from "#base/random.ts";
import { toBase64, utf8 } from "#base/bytes.ts";
import { zeroOf } from "#schema/decode.ts";
import type { FieldSpec, Kind } from "#schema/field.ts";
import { apiVersionOf, fieldsOf } from "#schema/message.ts";
import type { KindType, MessageType } from "#schema/message.ts";
import { hasPresence } from "#schema/protobuf-presence.ts";

export interface RandomObjectOptions {
  readonly random: Random;
  /** How likely an optional field is there; 1 sets every field. */
  readonly share?: number;
}

type Row = Record<string, unknown>;

/** A type that contains itself (a JSON schema) ends here. */
const selfDepthMax = 2;

/** An object of the kind that any client could have sent, in the form in which JSON keeps it. */
export function randomObject(type: KindType, { random, share = 1 }: RandomObjectOptions): Row {
  const { info } = type;
  return {
    apiVersion: apiVersionOf(info),
    kind: info.kind,
    ...new Maker(random, share).message(type),
  };
}

class Maker {
  readonly #random: Random;
  readonly #share: number;
  readonly #open: MessageType[] = [];

  constructor(random: Random, share: number) {
    this.#random = random;
    this.#share = share;
  }

  message(type: MessageType): Row {
    this.#open.push(type);
    const row: Row = {};
    for (const [name, spec] of fieldsOf(type)) {
      if (spec.tag === 0 || this.#isTooDeep(spec.of)) continue;
      const value = this.#field(type, name, spec);
      if (value !== undefined) row[name] = value;
    }
    this.#open.pop();
    return row;
  }

  #field(type: MessageType, name: string, spec: FieldSpec): unknown {
    const { of, optional } = spec;
    if (optional && !spec.keepsZero && this.#random.float() >= this.#share) return missing(spec);
    if (isSchemaOrOther(type, name)) return this.#schemaOrOther(type, name);
    const value = this.#value(of);
    // To protobuf, a plain value that holds nothing is not there.
    if (of.kind === "message" && optional && !hasPresence(spec) && isEmpty(value)) {
      return missing(spec);
    }
    const mayBeZero = isScalar(of) && hasPresence(spec);
    return mayBeZero && this.#share < 1 && this.#random.float() < 0.2 ? zeroOf(of) : value;
  }

  #isTooDeep(of: Kind): boolean {
    if (of.kind === "list") return this.#isTooDeep(of.item);
    if (of.kind === "map") return this.#isTooDeep(of.value);
    if (of.kind !== "message") return false;
    const inner = of.type();
    return this.#open.filter((type) => type === inner).length > selfDepthMax;
  }

  #value(of: Kind): unknown {
    switch (of.kind) {
      case "string":
        return this.#word();
      case "enum":
        return of.values[this.#below(of.values.length)];
      case "bool":
        return true;
      case "int32":
        return this.#below(4) === 0 ? -1 - this.#below(2 ** 31) : 1 + this.#below(2 ** 31 - 1);
      case "int64":
        return this.#below(4) === 0 ? -1 - this.#below(2 ** 50) : 1 + this.#below(2 ** 50);
      case "uint32":
      case "uint64":
        return 1 + this.#below(2 ** 32 - 1);
      case "double":
        return this.#below(1_000_000) / 64 + 1;
      case "bytes":
        return toBase64(utf8(this.#word()));
      case "octets":
        return utf8(this.#word());
      case "quantity":
        return `${1 + 2 * this.#below(400)}${["", "m", "k", "Ki", "Gi", "n"][this.#below(6)]}`;
      case "time":
        return this.#time();
      case "microTime":
        return this.#time().replace("Z", `.${String(this.#below(1_000_000)).padStart(6, "0")}Z`);
      case "duration":
        return `${1 + this.#below(59)}s`;
      case "intOrString":
        return this.#below(2) ? this.#word() : 1 + this.#below(65535);
      case "json":
        return { [this.#word()]: [this.#below(100), this.#word(), { deep: null }] };
      case "message":
        return this.message(of.type());
      case "list":
        return Array.from({ length: 1 + this.#below(2) }, () => this.#value(of.item));
      case "map":
        return Object.fromEntries(
          Array.from({ length: 1 + this.#below(3) }, () => [this.#word(), this.#value(of.value)]),
        );
      default:
        return of satisfies never;
    }
  }

  /** In a JSON schema these are a schema, several, or a yes or no. */
  #schemaOrOther(type: MessageType, name: string): unknown {
    if (this.#open.filter((open) => open === type).length > selfDepthMax) return undefined;
    if (this.#below(2)) return this.message(type);
    return name === "items" ? [this.message(type)] : this.#below(2) === 0;
  }

  #word(): string {
    const letters = "abcdefghijklmnopqrstuvwxyz0123456789-./é키😀";
    const points = [...letters];
    const word = () => points[this.#below(points.length)] ?? "a";
    return `a${Array.from({ length: this.#below(12) }, word).join("")}z`;
  }

  #time(): string {
    const ms = Date.UTC(2000, 0, 1) + this.#below(30 * 365 * 86_400) * 1000;
    return `${new Date(ms).toISOString().slice(0, 19)}Z`;
  }

  #below(limit: number): number {
    return Math.floor(this.#random.float() * limit);
  }
}

function isSchemaOrOther({ schemaName }: MessageType, name: string): boolean {
  return (
    schemaName.endsWith(".JSONSchemaProps") &&
    (name === "items" || name === "additionalProperties" || name === "additionalItems")
  );
}

/** A message that upstream never leaves out, and the server fills in, is there. */
function missing({ of, defaultValue }: FieldSpec): unknown {
  const isFilledIn = of.kind === "message" && defaultValue !== undefined;
  return isFilledIn ? structuredClone(defaultValue) : undefined;
}

function isEmpty(value: unknown): boolean {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return false;
  return Object.values(value).every(isEmpty);
}

function isScalar({ kind }: Kind): boolean {
  return !["enum", "message", "list", "map", "json", "time", "microTime"].includes(kind);
}
