import type { Bytes } from "#base/bytes.ts";
import type { Draft, MessageType, Value } from "./message.ts";

/** What a field holds, as the walkers see it. */
export type Kind =
  | { readonly kind: "string" }
  | { readonly kind: "enum"; readonly values: readonly string[] }
  | { readonly kind: "bool" }
  | { readonly kind: "int32" }
  | { readonly kind: "int64" }
  | { readonly kind: "uint32" }
  | { readonly kind: "uint64" }
  | { readonly kind: "double" }
  /** Base64 text in JSON and in memory, raw bytes in protobuf. */
  | { readonly kind: "bytes" }
  /** Raw bytes in memory; of messages that only travel as protobuf. */
  | { readonly kind: "octets" }
  | { readonly kind: "quantity" }
  /** RFC 3339 with whole seconds, in UTC. */
  | { readonly kind: "time" }
  /** RFC 3339 with microseconds, in UTC. */
  | { readonly kind: "microTime" }
  /** A Go duration as text ("1m30s"), nanoseconds in protobuf. */
  | { readonly kind: "duration" }
  | { readonly kind: "intOrString" }
  /** Any JSON: RawExtension, FieldsV1, schemas' defaults and examples. */
  | { readonly kind: "json"; readonly either?: EitherKind }
  | { readonly kind: "message"; readonly type: () => MessageType }
  | { readonly kind: "list"; readonly item: Kind }
  /** `wrapped`: protobuf puts the map's list values into a message of their own (ExtraValue). */
  | { readonly kind: "map"; readonly value: Kind };

/** JSON that is this message, or a list of them, or a word for all or nothing. */
export interface EitherKind {
  readonly type: () => MessageType;
  readonly or: "list" | "bool" | "strings";
}

/** How server-side apply sees the items of a list, and by what strategic merge matches them. */
export interface ListSemantics {
  /** Missing means atomic. */
  readonly listType?: "atomic" | "set" | "map";
  readonly mapKeys?: readonly string[];
  /** Strategic merge: `merge` joins lists (by `mergeKey`, or as a set of scalars). */
  readonly patchStrategy?: "merge" | "retainKeys" | "merge,retainKeys" | "replace";
  readonly mergeKey?: string;
  /** Structs and maps that apply treats as one value. */
  readonly mapType?: "atomic" | "granular";
}

/** Returns what is wrong with the value, in upstream's wording, or nothing. */
export type Check<T> = (value: T) => string | undefined;

export interface FieldSpec extends ListSemantics {
  /** The protobuf field number; 0 for what protobuf carries in the envelope. */
  readonly tag: number;
  /** Protobuf nests here what JSON holds flat (a Volume's source): the numbers on the way in. */
  readonly within?: readonly number[];
  readonly of: Kind;
  /** Missing: what most fields of the kind have, see `hasPresence`. */
  readonly presence?: "explicit" | "implicit";
  /** A user may leave it out, and then it stays out. */
  readonly optional: boolean;
  /** Optional, but what is said stays said, be it nothing. */
  readonly keepsZero?: boolean;
  /** Filled in when it is missing. */
  readonly defaultValue?: unknown;
  readonly checks: readonly Check<never>[];
}

export type Presence = "required" | "optional" | "defaulted";

/** Any field, for constraints: covariant, unlike `Field` with its builder methods. */
export interface AnyField {
  readonly value: unknown;
  readonly presence: Presence;
  readonly spec: FieldSpec;
}

/** One field of a message. `T` is the value in memory, `P` says who must give it. */
export class Field<T, P extends Presence = "required"> {
  declare readonly value: T;
  declare readonly presence: P;
  readonly spec: FieldSpec;

  constructor(spec: FieldSpec) {
    this.spec = spec;
  }

  /** A user may leave the field out. */
  optional(): Field<T, "optional"> {
    return new Field({ ...this.spec, optional: true });
  }

  /** The server fills the field in where a user leaves it out. */
  default(value: DefaultOf<T>): Field<T, "defaulted"> {
    return new Field({ ...this.spec, optional: true, defaultValue: value });
  }

  /** The server assigns the value: always there in what is stored, never needed in a draft. */
  assigned(): Field<T, "defaulted"> {
    return new Field({ ...this.spec, optional: true });
  }

  /** A rule for the value by itself; rules across fields stand with the resource. */
  check(check: Check<T>): Field<T, P> {
    return new Field({ ...this.spec, checks: [...this.spec.checks, check] });
  }

  /** Protobuf only: the field is nested in these embedded messages, which JSON does not show. */
  within(...tags: number[]): Field<T, P> {
    return new Field({ ...this.spec, within: tags });
  }

  /** Zero is a value of its own, other than a missing field: upstream has a pointer here. */
  explicit(): Field<T, P> {
    return new Field({ ...this.spec, presence: "explicit" });
  }

  /** A missing field is a zero and the other way round: upstream has a plain value here. */
  implicit(): Field<T, P> {
    return new Field({ ...this.spec, presence: "implicit" });
  }

  /** JSON keeps the field also where it holds nothing (`replicas: 0`, `rules: []`). */
  always(): Field<T, P> {
    return new Field({ ...this.spec, keepsZero: true });
  }

  /** Strategic merge: keys that the patch does not list are dropped (discriminated unions). */
  retainKeys(): Field<T, P> {
    return new Field({ ...this.spec, patchStrategy: "retainKeys" });
  }

  /** Strategic merge: what a patch says takes the whole place of what is there. */
  replacedByPatches(): Field<T, P> {
    return new Field({ ...this.spec, patchStrategy: "replace" });
  }

  /** Server-side apply: the whole value has one owner. */
  atomic(): Field<T, P> {
    return new Field({ ...this.spec, mapType: "atomic", listType: "atomic" });
  }
}

type DefaultOf<T> = T extends string | number | boolean ? T : Draft<T>;

/** A list, which also says how two versions of it are merged. */
export class ListField<Item, P extends Presence = "required"> extends Field<Item[], P> {
  override optional(): ListField<Item, "optional"> {
    return new ListField({ ...this.spec, optional: true });
  }
  override within(...tags: number[]): ListField<Item, P> {
    return new ListField({ ...this.spec, within: tags });
  }
  override always(): ListField<Item, P> {
    return new ListField({ ...this.spec, keepsZero: true });
  }
  override assigned(): ListField<Item, "defaulted"> {
    return new ListField({ ...this.spec, optional: true });
  }
  /** Server-side apply: items are told apart by these fields. */
  mapBy(...keys: (keyof Item & string)[]): ListField<Item, P> {
    return new ListField({ ...this.spec, listType: "map", mapKeys: keys });
  }
  /** Server-side apply: every value has its own owner. */
  set(): ListField<Item, P> {
    return new ListField({ ...this.spec, listType: "set" });
  }
  /** Strategic merge: items are joined, matched by `key`, or as plain values when there is none. */
  merge(key?: keyof Item & string): ListField<Item, P> {
    return new ListField({ ...this.spec, patchStrategy: "merge", ...(key && { mergeKey: key }) });
  }
  /** Like `merge`, and each matched item keeps only the keys that the patch lists. */
  mergeRetainingKeys(key: keyof Item & string): ListField<Item, P> {
    return new ListField({ ...this.spec, patchStrategy: "merge,retainKeys", mergeKey: key });
  }
}

const scalar = <T>(tag: number, of: Kind) => new Field<T>({ tag, of, optional: false, checks: [] });

export const string = (tag: number) => scalar<string>(tag, { kind: "string" });
export const bool = (tag: number) => scalar<boolean>(tag, { kind: "bool" });
export const int32 = (tag: number) => scalar<number>(tag, { kind: "int32" });
export const int64 = (tag: number) => scalar<number>(tag, { kind: "int64" });
export const uint32 = (tag: number) => scalar<number>(tag, { kind: "uint32" });
export const uint64 = (tag: number) => scalar<number>(tag, { kind: "uint64" });
export const double = (tag: number) => scalar<number>(tag, { kind: "double" });
/** Base64 text. */
export const bytes = (tag: number) => scalar<string>(tag, { kind: "bytes" });
/** Raw bytes, for protocols that know no JSON. */
export const octets = (tag: number) => scalar<Bytes>(tag, { kind: "octets" });
/** A number with a unit, such as "500m" or "64Mi"; kept in upstream's canonical form. */
export const quantity = (tag: number) => scalar<string>(tag, { kind: "quantity" });
/** RFC 3339, whole seconds. */
export const time = (tag: number) => scalar<string>(tag, { kind: "time" });
/** RFC 3339, microseconds. */
export const microTime = (tag: number) => scalar<string>(tag, { kind: "microTime" });
/** A Go duration, such as "1m30s". */
export const duration = (tag: number) => scalar<string>(tag, { kind: "duration" });
export const intOrString = (tag: number) => scalar<number | string>(tag, { kind: "intOrString" });
/** Any JSON value. */
export const json = (tag: number) => scalar<unknown>(tag, { kind: "json" });

/** A message, or what may stand in its place. */
export const either = (tag: number, type: () => MessageType, or: EitherKind["or"]) =>
  scalar<unknown>(tag, { kind: "json", either: { type, or } });

/** One of a closed set of words. */
export const oneOf = <const V extends string>(tag: number, ...values: V[]) =>
  scalar<V>(tag, { kind: "enum", values });

/** A nested message. */
export const object = <M extends MessageType>(tag: number, type: () => M) =>
  scalar<Value<M>>(tag, { kind: "message", type });

type ScalarField = (tag: number) => AnyField;
type ItemOf<I> = I extends () => infer M
  ? M extends MessageType
    ? Value<M>
    : never
  : I extends (tag: number) => { readonly value: infer T }
    ? T
    : never;

function kindOf(item: (() => MessageType) | ScalarField): Kind {
  // Scalar builders take a tag; thunks of message types take nothing.
  if (item.length === 0) return { kind: "message", type: item as () => MessageType };
  return (item as ScalarField)(0).spec.of;
}

/** A list of messages (`list(1, () => Container)`) or scalars (`list(1, string)`). */
export const list = <I extends (() => MessageType) | ScalarField>(tag: number, item: I) =>
  new ListField<ItemOf<I>>({
    tag,
    of: { kind: "list", item: kindOf(item) },
    optional: false,
    checks: [],
  });

/** String keys to messages or scalars. */
export const map = <I extends (() => MessageType) | ScalarField>(tag: number, value: I) =>
  scalar<Record<string, ItemOf<I>>>(tag, { kind: "map", value: kindOf(value) });

/** String keys to lists (SubjectAccessReview's `extra`, a webhook's audit annotations). */
export const mapOfLists = (tag: number) =>
  scalar<Record<string, string[]>>(tag, {
    kind: "map",
    value: { kind: "list", item: { kind: "string" } },
  });
