import { Field } from "./field.ts";
import type { AnyField, Kind } from "./field.ts";
import type { Fields, KindType, MessageType } from "./message.ts";
import { apiVersionOf, isKindType } from "./message.ts";

interface Versions {
  readonly from: string;
  readonly to: string;
  /** Messages that this version lays out otherwise, by those of the version that is defined. */
  readonly instead?: () => readonly (readonly [MessageType, MessageType])[];
}

/**
 * The types of another version of a group that says the same in the same fields: derived from the
 * version that is defined, under other names. Nothing is made before somebody looks into it.
 */
export class DerivedVersion {
  readonly #version: string;
  readonly #from: string;
  readonly #to: string;
  readonly #instead: Versions["instead"];
  readonly #derived = new Map<MessageType, MessageType>();
  #isComplete = false;

  /** `prefix` is what names of the group's types begin with: "io.k8s.api.storage". */
  constructor(prefix: string, versions: Versions) {
    this.#version = versions.to;
    this.#from = `${prefix}.${versions.from}.`;
    this.#to = `${prefix}.${versions.to}.`;
    this.#instead = versions.instead;
  }

  /** Has the same value type, unless the version lays out a message within it otherwise. */
  kind<T>(type: KindType<T>): KindType<T> {
    return this.#message(type) as KindType<T>;
  }

  message<M extends MessageType>(type: M): M {
    return this.#message(type) as M;
  }

  #message(type: MessageType): MessageType {
    // Types of other groups are the same in every version of this one.
    if (!type.schemaName.startsWith(this.#from)) return type;
    this.#complete();
    let derived = this.#derived.get(type);
    if (!derived) {
      derived = this.#derive(type);
      this.#derived.set(type, derived);
    }
    return derived;
  }

  #complete(): void {
    if (this.#isComplete) return;
    this.#isComplete = true;
    for (const [type, other] of this.#instead?.() ?? []) this.#derived.set(type, other);
  }

  #derive(type: MessageType): MessageType {
    let fields: Fields | undefined;
    const convert = () => this.#fields(type);
    const derived = {
      schemaName: type.schemaName.replace(this.#from, this.#to),
      derivedFrom: type.derivedFrom ?? type,
      get fields() {
        return (fields ??= convert());
      },
    };
    if (!isKindType(type)) return derived;
    const info = { ...type.info, version: this.#version };
    return Object.assign(derived, { info });
  }

  #fields(type: MessageType): Fields {
    const fields = Object.entries(type.fields).map(([name, field]): [string, AnyField] => {
      const of = this.#kind(field.spec.of);
      const isVersion = name === "apiVersion" && isKindType(type);
      const spec = isVersion
        ? { ...field.spec, defaultValue: apiVersionOf({ ...type.info, version: this.#version }) }
        : { ...field.spec, of };
      return [name, new Field(spec)];
    });
    return Object.fromEntries(fields);
  }

  #kind(of: Kind): Kind {
    switch (of.kind) {
      case "message":
        return { kind: "message", type: () => this.#message(of.type()) };
      case "list":
        return { kind: "list", item: this.#kind(of.item) };
      case "map":
        return { kind: "map", value: this.#kind(of.value) };
      default:
        return of;
    }
  }
}
