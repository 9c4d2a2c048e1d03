import { string } from "./field.ts";
import type { AnyField, Field, FieldSpec } from "./field.ts";

export type Fields = Readonly<Record<string, AnyField>>;

type KeysWith<F extends Fields, P> = {
  [K in keyof F]: F[K]["presence"] extends P ? K : never;
}[keyof F];

/** The stored form: defaults are filled in. */
export type Infer<F extends Fields> = Flat<
  { [K in KeysWith<F, "required" | "defaulted">]: F[K]["value"] } & {
    [K in KeysWith<F, "optional">]?: F[K]["value"];
  }
>;

/** The written form: what has a default may be left out, at any depth. */
type InferDraft<F extends Fields> = Flat<
  { [K in KeysWith<F, "required">]: Draft<F[K]["value"]> } & {
    [K in KeysWith<F, "optional" | "defaulted">]?: Draft<F[K]["value"]>;
  }
>;

type Flat<T> = { [K in keyof T]: T[K] };

/** Carries a message's draft form on its value type; never present at run time. */
declare const draftForm: unique symbol;
interface Drafted<F extends Fields> {
  readonly [draftForm]?: () => InferDraft<F>;
}

/** What a user may write for a stored `T`: fields with defaults may be missing. */
export type Draft<T> = T extends { readonly [draftForm]?: infer D }
  ? D extends () => infer V
    ? V
    : T
  : T extends (infer Item)[]
    ? Draft<Item>[]
    : T extends Record<string, infer V>
      ? string extends keyof T
        ? Record<string, Draft<V>>
        : T
      : T;

/** The value type of a message class. */
export type Value<M> = M extends abstract new () => infer V ? V : unknown;

/** A message as the walkers see it. */
export interface MessageType {
  readonly schemaName: string;
  readonly fields: Fields;
  /** The same message in the version of its group that is defined. */
  readonly derivedFrom?: MessageType;
  /** Set for types that are known only at run time: then `fields` has no more than the names. */
  readonly dynamic?: DynamicType;
}

/** A type such as that of a custom resource, which walks its values itself. */
export interface DynamicType {
  /** As `decode`: in place, and unknown fields are dropped and told of. */
  decode(value: Record<string, unknown>, onUnknown?: (path: string) => void): void;
  /** As `applyDefaults`: in place. */
  applyDefaults(value: Record<string, unknown>): void;
}

/** A message class: its value type, and its definition as statics. */
export type Message<F extends Fields> = (abstract new () => Infer<F> & Drafted<F>) & {
  readonly schemaName: string;
  readonly fields: F;
};

/** Defines one message. Extend the result by an abstract class: values stay plain objects. */
export function message<const F extends Fields>(schemaName: string, fields: F): Message<F> {
  abstract class Definition {
    static readonly schemaName = schemaName;
    static readonly fields = fields;
  }
  return Definition as unknown as Message<F>;
}

/** What identifies a kind, and where the API serves it. */
export interface KindInfo {
  /** Empty for the core group. */
  readonly group: string;
  readonly version: string;
  readonly kind: string;
  /** The kind of lists of it, where that is not the kind with "List" behind it. */
  readonly listKind?: string;
  /** Plural, as in paths; missing for kinds that only travel in bodies (Eviction, DeleteOptions). */
  readonly resource?: string;
  readonly singular?: string;
  readonly namespaced?: boolean;
  readonly shortNames?: readonly string[];
  readonly categories?: readonly string[];
}

type TypeMeta<A extends string, K extends string> = {
  apiVersion: Field<A, "defaulted">;
  kind: Field<K, "defaulted">;
};

type VersionOf<I extends { group: string; version: string }> = I["group"] extends ""
  ? I["version"]
  : `${I["group"]}/${I["version"]}`;

/** A kind: a message that says its apiVersion and kind. */
export interface KindType<T = unknown> extends MessageType {
  readonly info: KindInfo;
  /** Carries the value type; never called. */
  readonly prototype: T;
}

export type Kinded<I extends KindInfo, F extends Fields> = Message<
  F & TypeMeta<VersionOf<I>, I["kind"]>
> & { readonly info: I };

/** Defines a kind. Its apiVersion and kind have no protobuf tag: they travel in the envelope. */
export function kind<const I extends KindInfo, const F extends Fields>(
  schemaName: string,
  info: I,
  fields: F,
): Kinded<I, F> {
  const apiVersion = info.group ? `${info.group}/${info.version}` : info.version;
  const all = {
    apiVersion: string(0).default(apiVersion),
    kind: string(0).default(info.kind),
    ...fields,
  };
  abstract class Definition {
    static readonly schemaName = schemaName;
    static readonly fields = all;
    static readonly info = info;
  }
  return Definition as unknown as Kinded<I, F>;
}

export function isKindType(type: MessageType): type is KindType {
  return "info" in type;
}

/** `PodList` of `Pod`. */
export function listKindOf(info: KindInfo): string {
  return info.listKind ?? `${info.kind}List`;
}

/** "v1", "apps/v1". */
export function apiVersionOf(info: { group: string; version: string }): string {
  return info.group ? `${info.group}/${info.version}` : info.version;
}

/** The specs of a message's fields, in order of definition; computed once per type. */
export function fieldsOf(type: MessageType): readonly (readonly [name: string, spec: FieldSpec])[] {
  let entries = fieldCache.get(type);
  if (!entries) {
    entries = Object.entries(type.fields).map(([name, field]) => [name, field.spec] as const);
    fieldCache.set(type, entries);
  }
  return entries;
}

const fieldCache = new WeakMap<MessageType, readonly (readonly [string, FieldSpec])[]>();
