import type { Declarations } from "./checker.ts";
import type { StructType, Type } from "./types.ts";
import type { Result } from "./values.ts";

/** What expressions may use. Immutable; an extension shares what it extends. */
export class Environment implements Declarations {
  readonly #parent: Environment | undefined;
  readonly #variables: ReadonlyMap<string, Type>;
  readonly #functions: ReadonlyMap<string, FunctionDeclaration>;
  readonly #types: ReadonlyMap<string, Type>;
  readonly #structs: ReadonlyMap<string, StructType>;
  readonly #findType: EnvironmentExtension["findType"];

  constructor(extension: EnvironmentExtension, parent?: Environment) {
    const { variables = {}, types = [], libraries = [] } = extension;
    this.#parent = parent;
    this.#findType = extension.findType;
    this.#variables = new Map(Object.entries(variables));
    this.#structs = new Map(types.map((type) => [type.name, type]));
    this.#types = new Map(libraries.flatMap((library) => Object.entries(library.types ?? {})));
    const functions = new Map<string, FunctionDeclaration>();
    for (const declared of libraries.flatMap((library) => library.functions ?? [])) {
      const known = functions.get(declared.name) ?? parent?.function(declared.name);
      const overloads = [...(known?.overloads ?? []), ...declared.overloads];
      functions.set(declared.name, { name: declared.name, overloads });
    }
    this.#functions = functions;
  }

  extend(extension: EnvironmentExtension): Environment {
    return new Environment(extension, this);
  }

  variable(name: string): Type | undefined {
    return this.#variables.get(name) ?? this.#parent?.variable(name);
  }

  function(name: string): FunctionDeclaration | undefined {
    return this.#functions.get(name) ?? this.#parent?.function(name);
  }

  type(name: string): Type | undefined {
    return this.#types.get(name) ?? this.#parent?.type(name);
  }

  struct(name: string): StructType | undefined {
    return this.#structs.get(name) ?? this.#findType?.(name) ?? this.#parent?.struct(name);
  }
}

export interface EnvironmentExtension {
  readonly variables?: Readonly<Record<string, Type>>;
  /** Struct types that expressions may build by name. */
  readonly types?: readonly StructType[];
  /** Finds further ones, where they are without number. */
  readonly findType?: (name: string) => StructType | undefined;
  readonly libraries?: readonly Library[];
}

/** Functions and types that extend the language. */
export interface Library {
  readonly functions?: readonly FunctionDeclaration[];
  /** Names that stand for types: `type(x) == kubernetes.URL`. */
  readonly types?: Readonly<Record<string, Type>>;
}

export interface FunctionDeclaration {
  /** As in the expression; a dotted one is a name of its own: `math.greatest`. */
  readonly name: string;
  readonly overloads: readonly Overload[];
}

export interface Overload {
  /** Upstream's, because costs are counted by it: `string_to_quantity`. */
  readonly id: string;
  /** Called on its first argument: `x.f(y)`. */
  readonly member?: boolean;
  readonly args: readonly Type[];
  readonly result: Type;
  /** It takes any values and says itself which it has no overload for, as operators do. */
  readonly checksArguments?: boolean;
  /** Gets values of the declared types only. */
  readonly call: (...args: never[]) => Result;
}
