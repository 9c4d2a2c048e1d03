import { dynType, listType, mapType, type Type } from "./types.ts";

/** What free types stand for, found while calls are matched with overloads. */
export class Substitutions {
  #bound = new Map<string, Type>();
  #fresh = 0;

  newVariable(): Type {
    return { kind: "param", name: `_var${this.#fresh++}` };
  }

  /** Replaces bound parameters; free ones become dyn when asked to. */
  apply(type: Type, freeToDyn = false): Type {
    switch (type.kind) {
      case "param": {
        const bound = this.#bound.get(type.name);
        if (bound) return this.apply(bound, freeToDyn);
        return freeToDyn ? dynType : type;
      }
      case "list":
        return listType(this.apply(type.item, freeToDyn));
      case "map":
        return mapType(this.apply(type.key, freeToDyn), this.apply(type.value, freeToDyn));
      case "opaque":
        if (type.parameters.length === 0) return type;
        return { ...type, parameters: type.parameters.map((each) => this.apply(each, freeToDyn)) };
      case "type":
        return type.of ? { kind: "type", of: this.apply(type.of, freeToDyn) } : type;
      default:
        return type;
    }
  }

  /** Whether values of the second types may be used as the first; binds parameters only if so. */
  assignable(to: readonly Type[], from: readonly Type[]): boolean {
    if (to.length !== from.length) return false;
    const before = new Map(this.#bound);
    const fits = to.every((type, index) => this.#assignable(type, from[index] ?? dynType));
    if (!fits) this.#bound = before;
    return fits;
  }

  #assignable(one: Type, other: Type): boolean {
    if (other.kind === "param") {
      const tried = this.#substitute(one, other);
      if (tried !== "free") return tried;
    }
    if (one.kind === "param") return this.#substitute(other, one) === true;
    if (isDynamic(one) || isDynamic(other)) return true;
    if (one.kind === "null") return isNullable(other);
    if (other.kind === "null") return isNullable(one);
    if (one.kind !== other.kind) return false;
    switch (one.kind) {
      case "list":
        return other.kind === "list" && this.#assignable(one.item, other.item);
      case "map":
        if (other.kind !== "map") return false;
        return this.#assignable(one.key, other.key) && this.#assignable(one.value, other.value);
      case "opaque":
        if (other.kind !== "opaque" || one.name !== other.name) return false;
        return one.parameters.every((each, index) =>
          this.#assignable(each, other.parameters[index] ?? dynType),
        );
      case "struct":
        return other.kind === "struct" && one.name === other.name;
      default:
        return true;
    }
  }

  /** "free": the variable is unbound and cannot be bound to the type. */
  #substitute(type: Type, variable: Type & { readonly kind: "param" }): boolean | "free" {
    if (type.kind === "param" && type.name === variable.name) return true;
    const bound = this.#bound.get(variable.name);
    if (bound) {
      if (sameType(type, bound)) return true;
      if (!this.#assignable(type, bound)) return false;
      const general = moreGeneral(type, bound);
      if (!this.#occursIn(variable.name, general)) this.#bound.set(variable.name, general);
      return true;
    }
    if (this.#occursIn(variable.name, type)) return "free";
    this.#bound.set(variable.name, type);
    return true;
  }

  #occursIn(name: string, type: Type): boolean {
    switch (type.kind) {
      case "param": {
        if (type.name === name) return true;
        const bound = this.#bound.get(type.name);
        return bound !== undefined && this.#occursIn(name, bound);
      }
      case "list":
        return this.#occursIn(name, type.item);
      case "map":
        return this.#occursIn(name, type.key) || this.#occursIn(name, type.value);
      case "opaque":
        return type.parameters.some((each) => this.#occursIn(name, each));
      case "type":
        return type.of !== undefined && this.#occursIn(name, type.of);
      default:
        return false;
    }
  }
}

export const isDynamic = (type: Type) => type.kind === "dyn" || type.kind === "error";

function isNullable(type: Type): boolean {
  switch (type.kind) {
    case "null":
    case "opaque":
    case "struct":
    case "duration":
    case "timestamp":
      return true;
    default:
      return false;
  }
}

/** Of two types that fit each other, the one that says less. */
export function moreGeneral(one: Type, other: Type): Type {
  return saysLessOrEqual(one, other) ? one : other;
}

function saysLessOrEqual(one: Type, other: Type): boolean {
  if (one.kind === "dyn" || one.kind === "param") return true;
  if (other.kind === "dyn" || other.kind === "param" || one.kind !== other.kind) return false;
  switch (one.kind) {
    case "list":
      return other.kind === "list" && saysLessOrEqual(one.item, other.item);
    case "map":
      return (
        other.kind === "map" &&
        saysLessOrEqual(one.key, other.key) &&
        saysLessOrEqual(one.value, other.value)
      );
    case "opaque":
      return (
        other.kind === "opaque" &&
        one.name === other.name &&
        one.parameters.every((each, index) =>
          saysLessOrEqual(each, other.parameters[index] ?? dynType),
        )
      );
    case "type":
      return true;
    default:
      return sameType(one, other);
  }
}

/** The same in every part; sizes do not count. */
export function sameType(one: Type, other: Type): boolean {
  if (one.kind !== other.kind) return false;
  switch (one.kind) {
    case "list":
      return other.kind === "list" && sameType(one.item, other.item);
    case "map":
      return (
        other.kind === "map" && sameType(one.key, other.key) && sameType(one.value, other.value)
      );
    case "struct":
      return other.kind === "struct" && one.name === other.name;
    case "param":
      return other.kind === "param" && one.name === other.name;
    case "opaque":
      return (
        other.kind === "opaque" &&
        one.name === other.name &&
        one.parameters.length === other.parameters.length &&
        one.parameters.every((each, index) => sameType(each, other.parameters[index] ?? dynType))
      );
    case "type":
      if (other.kind !== "type") return false;
      return one.of && other.of ? sameType(one.of, other.of) : one.of === other.of;
    default:
      return true;
  }
}
