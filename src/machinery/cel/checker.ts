import {
  type CallNode,
  type ComprehensionNode,
  type Expression,
  type ListNode,
  type MapNode,
  qualifiedName,
  type SelectNode,
  type StructNode,
} from "./ast.ts";
import type { FunctionDeclaration } from "./environment.ts";
import { isDynamic, moreGeneral, sameType, Substitutions } from "./inference.ts";
import type { Issues } from "./source.ts";
import {
  boolType,
  bytesType,
  doubleType,
  dynType,
  errorType,
  formatType,
  intType,
  listType,
  mapType,
  nullType,
  optionalType,
  stringType,
  type StructType,
  type Type,
  typeName,
  uintType,
} from "./types.ts";
import { Double, TypeValue, Uint, type Value } from "./values.ts";

/** What the checker looks names up in. */
export interface Declarations {
  variable(name: string): Type | undefined;
  function(name: string): FunctionDeclaration | undefined;
  /** A name that stands for a type. */
  type(name: string): Type | undefined;
  /** A struct that may be built. */
  struct(name: string): StructType | undefined;
}

/** Finds the type of every part of an expression, and what its names mean. */
export function check(expression: Expression, declarations: Declarations, issues: Issues): Type {
  return new Checker(declarations, issues).check(expression);
}

interface Scope {
  readonly names: ReadonlyMap<string, Type>;
  readonly parent: Scope | undefined;
}

class Checker {
  readonly #declarations: Declarations;
  readonly #issues: Issues;
  readonly #substitutions = new Substitutions();
  readonly #visited = new Set<Expression>();
  #scope: Scope | undefined;
  /** In the arguments of `format`, lists and maps may mix types. */
  #mixing = 0;

  constructor(declarations: Declarations, issues: Issues) {
    this.#declarations = declarations;
    this.#issues = issues;
  }

  check(expression: Expression): Type {
    this.#visit(expression);
    for (const node of this.#visited) {
      if (node.type) node.type = this.#substitutions.apply(node.type, true);
    }
    return expression.type ?? dynType;
  }

  #visit(node: Expression): Type {
    this.#visited.add(node);
    node.type = this.#typeOf(node);
    return node.type;
  }

  #typeOf(node: Expression): Type {
    switch (node.kind) {
      case "literal":
        return literalType(node.value);
      case "ident":
        return this.#ident(node.name, node) ?? this.#undeclared(node.at, node.name);
      case "select":
        return this.#select(node);
      case "call":
        return this.#call(node);
      case "list":
        return this.#list(node);
      case "map":
        return this.#map(node);
      case "struct":
        return this.#struct(node);
      case "comprehension":
        return this.#comprehension(node);
      default:
        return node satisfies never;
    }
  }

  #undeclared(at: number, name: string): Type {
    this.#issues.add(at, `undeclared reference to '${name}' (in container '')`);
    return errorType;
  }

  #ident(dotted: string, node: { name: string; constant?: Value }): Type | undefined {
    const name = dotted.startsWith(".") ? dotted.slice(1) : dotted;
    for (let scope = this.#scope; scope && !dotted.startsWith("."); scope = scope.parent) {
      const local = scope.names.get(name);
      if (local) return local;
    }
    node.name = name;
    const variable = this.#declarations.variable(name);
    if (variable) return variable;
    const type = this.#declarations.type(name);
    if (!type) {
      node.name = dotted;
      return undefined;
    }
    node.constant = new TypeValue(typeName(type));
    return { kind: "type", of: type };
  }

  #select(node: SelectNode): Type {
    const path = node.testOnly ? undefined : qualifiedName(node);
    if (path !== undefined) {
      const resolved = { kind: "ident" as const, at: node.at, name: path };
      const type = this.#ident(path, resolved);
      if (type) {
        node.resolved = { ...resolved, type };
        return type;
      }
    }
    const type = this.#field(node.at, node.operand, node.field, false);
    return node.testOnly ? boolType : this.#substitutions.apply(type);
  }

  #field(at: number, operand: Expression, field: string, optional: boolean): Type {
    const operandType = this.#substitutions.apply(this.#visit(operand));
    const [target, isOptional] = unwrapOptional(operandType);
    const type = this.#fieldOf(at, target, field);
    return isOptional || optional ? optionalType(type) : type;
  }

  #fieldOf(at: number, target: Type, field: string): Type {
    switch (target.kind) {
      case "map":
        return target.value;
      case "struct": {
        const type = target.field(field);
        if (type) return type;
        this.#issues.add(at, `undefined field '${field}'`);
        return errorType;
      }
      case "param":
        this.#substitutions.assignable([dynType], [target]);
        return dynType;
      default:
        if (!isDynamic(target)) {
          const shown = formatType(target);
          this.#issues.add(at, `type '${shown}' does not support field selection`);
        }
        return dynType;
    }
  }

  #call(node: CallNode): Type {
    if (node.name === "_?._") return this.#optionalSelect(node);
    const formats = node.name === "format" && node.target !== undefined;
    if (formats) this.#mixing++;
    for (const argument of node.args) this.#visit(argument);
    if (formats) this.#mixing--;
    if (!node.target) {
      const name = node.name.startsWith(".") ? node.name.slice(1) : node.name;
      const declared = this.#declarations.function(name);
      if (!declared) return this.#undeclared(node.at, node.name);
      node.name = name;
      return this.#resolve(node, declared);
    }
    const prefix = qualifiedName(node.target);
    const namespaced =
      prefix === undefined
        ? undefined
        : this.#declarations.function(`${prefix.replace(/^\./, "")}.${node.name}`);
    if (namespaced) {
      node.name = namespaced.name;
      node.target = undefined;
      return this.#resolve(node, namespaced);
    }
    this.#visit(node.target);
    const declared = this.#declarations.function(node.name);
    return declared ? this.#resolve(node, declared) : this.#undeclared(node.at, node.name);
  }

  #optionalSelect(node: CallNode): Type {
    const [operand, field] = node.args;
    if (!operand || field?.kind !== "literal" || typeof field.value !== "string") return errorType;
    this.#visit(field);
    node.overloads = ["select_optional_field"];
    return this.#substitutions.apply(this.#field(node.at, operand, field.value, true));
  }

  #resolve(node: CallNode, declared: FunctionDeclaration): Type {
    const operands = node.target ? [node.target, ...node.args] : node.args;
    const types = operands.map((operand) => operand.type ?? dynType);
    if (node.name === "_&&_" || node.name === "_||_") return this.#logical(node, types);
    const found: string[] = [];
    let result: Type | undefined;
    for (const candidate of declared.overloads) {
      if ((candidate.member ?? false) !== (node.target !== undefined)) continue;
      const [candidateResult = dynType, ...parameters] = this.#instantiate(
        candidate.result,
        candidate.args,
      );
      if (!this.#substitutions.assignable(types, parameters)) continue;
      found.push(candidate.id);
      const type = this.#substitutions.apply(candidateResult);
      if (result === undefined) result = type;
      else if (result.kind !== "dyn" && !sameType(type, result)) result = dynType;
    }
    node.overloads = found;
    if (result) return result;
    const shown = types.map((type) => formatType(this.#substitutions.apply(type, true)));
    const signature = node.target
      ? `${shown[0]}.(${shown.slice(1).join(", ")})`
      : `(${shown.join(", ")})`;
    const message = `found no matching overload for '${declared.name}' applied to '${signature}'`;
    this.#issues.add(node.at, message);
    return errorType;
  }

  #logical(node: CallNode, types: readonly Type[]): Type {
    node.overloads = [node.name === "_&&_" ? "logical_and" : "logical_or"];
    let mistaken = false;
    for (const [index, type] of types.entries()) {
      if (this.#substitutions.assignable([type], [boolType])) continue;
      this.#mismatch(node.args[index]?.at ?? node.at, boolType, type);
      mistaken = true;
    }
    return mistaken ? errorType : boolType;
  }

  #mismatch(at: number, expected: Type, found: Type): void {
    const message = `expected type '${formatType(expected)}' but found '${formatType(found)}'`;
    this.#issues.add(at, message);
  }

  /** Gives the overload's parameters new names, so that calls do not share them. */
  #instantiate(result: Type, args: readonly Type[]): readonly Type[] {
    const fresh = new Map<string, Type>();
    const rename = (type: Type): Type => {
      switch (type.kind) {
        case "param": {
          let variable = fresh.get(type.name);
          if (!variable) fresh.set(type.name, (variable = this.#substitutions.newVariable()));
          return variable;
        }
        case "list":
          return listType(rename(type.item));
        case "map":
          return mapType(rename(type.key), rename(type.value));
        case "opaque":
          if (type.parameters.length === 0) return type;
          return { ...type, parameters: type.parameters.map(rename) };
        case "type":
          return type.of ? { kind: "type", of: rename(type.of) } : type;
        default:
          return type;
      }
    };
    return [result, ...args].map(rename);
  }

  #list(node: ListNode): Type {
    let item: Type | undefined;
    for (const [index, element] of node.elements.entries()) {
      const type = this.#element(element, node.optional.has(index));
      item = this.#join(element.at, item, type);
    }
    return listType(item ?? this.#substitutions.newVariable());
  }

  #element(element: Expression, optional: boolean): Type {
    const type = this.#visit(element);
    if (!optional) return type;
    const [inner, isOptional] = unwrapOptional(type);
    if (!isOptional && inner.kind !== "dyn") this.#mismatch(element.at, optionalType(inner), inner);
    return inner;
  }

  #join(at: number, previous: Type | undefined, current: Type): Type {
    if (!previous) return current;
    const differ = this.#mixing === 0 && (previous.kind === "dyn") !== (current.kind === "dyn");
    if (!differ && this.#substitutions.assignable([previous], [current])) {
      return moreGeneral(previous, current);
    }
    if (this.#mixing > 0) return dynType;
    this.#mismatch(at, previous, current);
    return errorType;
  }

  #map(node: MapNode): Type {
    let key: Type | undefined;
    let value: Type | undefined;
    for (const entry of node.entries) {
      key = this.#join(entry.key.at, key, this.#visit(entry.key));
      value = this.#join(entry.value.at, value, this.#element(entry.value, entry.optional));
    }
    return mapType(
      key ?? this.#substitutions.newVariable(),
      value ?? this.#substitutions.newVariable(),
    );
  }

  #struct(node: StructNode): Type {
    const struct = this.#declarations.struct(node.name.replace(/^\./, ""));
    if (!struct) {
      const variable = this.#ident(node.name, { name: node.name });
      if (!variable) return this.#undeclared(node.at, node.name);
      const problem = variable.kind === "type" ? "message type" : "type";
      const shown = variable.kind === "type" && variable.of ? variable.of : variable;
      const article = `'${formatType(shown)}' is not a ${problem}`;
      this.#issues.add(node.at, article);
      return errorType;
    }
    for (const field of node.fields) {
      const type = this.#element(field.value, field.optional);
      const expected = struct.field(field.name);
      if (!expected) {
        this.#issues.add(field.at, `undefined field '${field.name}'`);
      } else if (!this.#substitutions.assignable([expected], [type])) {
        const found = formatType(this.#substitutions.apply(type, true));
        const message =
          `expected type of field '${field.name}' is '${formatType(expected)}' ` +
          `but provided type is '${found}'`;
        this.#issues.add(field.at, message);
      }
    }
    return struct;
  }

  #comprehension(node: ComprehensionNode): Type {
    this.#visit(node.range);
    const initial = this.#visit(node.initial);
    const range = this.#substitutions.apply(node.range.type ?? dynType);
    const outer = this.#scope;
    const scope = { names: new Map([[node.accumulator, initial]]), parent: outer };
    this.#scope = { names: this.#loopVariables(node, range), parent: scope };
    for (const [part, expected] of [
      [node.condition, boolType],
      [node.step, initial],
    ] as const) {
      const type = this.#visit(part);
      if (!this.#substitutions.assignable([expected], [type])) {
        this.#mismatch(part.at, expected, type);
      }
    }
    this.#scope = scope;
    const result = this.#visit(node.result);
    this.#scope = outer;
    return this.#substitutions.apply(result);
  }

  #loopVariables(node: ComprehensionNode, range: Type): ReadonlyMap<string, Type> {
    let [first, second]: readonly [Type, Type] = [dynType, dynType];
    if (range.kind === "list") {
      [first, second] =
        node.variable2 === undefined ? [range.item, dynType] : [intType, range.item];
    } else if (range.kind === "map") {
      [first, second] = [range.key, range.value];
    } else if (range.kind === "param" || isDynamic(range)) {
      this.#substitutions.assignable([dynType], [range]);
    } else {
      const message =
        `expression of type '${formatType(range)}' cannot be range of a comprehension ` +
        "(must be list, map, or dynamic)";
      this.#issues.add(node.range.at, message);
      [first, second] = [errorType, errorType];
    }
    const names = new Map([[node.variable, first]]);
    if (node.variable2 !== undefined) names.set(node.variable2, second);
    return names;
  }
}

function unwrapOptional(type: Type): readonly [Type, boolean] {
  if (type.kind !== "opaque" || type.name !== "optional_type") return [type, false];
  return [type.parameters[0] ?? dynType, true];
}

function literalType(value: Value): Type {
  switch (typeof value) {
    case "string":
      return stringType;
    case "boolean":
      return boolType;
    case "number":
    case "bigint":
      return intType;
    default:
      if (value === null) return nullType;
      if (value instanceof Double) return doubleType;
      return value instanceof Uint ? uintType : bytesType;
  }
}
