import {
  accumulatorName,
  call,
  type ComprehensionNode,
  type Expression,
  ident,
  list,
  literal,
} from "./ast.ts";

/** What is wrong with a macro's use, and where. */
export class MacroMistake {
  readonly at: number;
  readonly message: string;

  constructor(at: number, message: string) {
    this.at = at;
    this.message = message;
  }
}

interface Use {
  /** Where the macro's parenthesis stands: new nodes are told to be there. */
  readonly at: number;
  readonly target: Expression | undefined;
  readonly args: readonly Expression[];
}

/** Undefined when these arguments do not make it a macro after all. */
type Expansion = (use: Use) => Expression | MacroMistake | undefined;

/** Expands a call if it is a macro's; by name, style and number of arguments. */
export function expandMacro(name: string, use: Use): Expression | MacroMistake | undefined {
  const style = use.target ? "receiver" : "global";
  return macros.get(`${style} ${name} ${use.args.length}`)?.(use);
}

const macros = new Map<string, Expansion>([
  ["global has 1", has],
  ["receiver all 2", quantifier("all")],
  ["receiver exists 2", quantifier("exists")],
  ["receiver exists_one 2", quantifier("one")],
  ["receiver existsOne 2", quantifier("one")],
  ["receiver map 2", map],
  ["receiver map 3", map],
  ["receiver filter 2", filter],
  ["receiver all 3", quantifier("all")],
  ["receiver exists 3", quantifier("exists")],
  ["receiver exists_one 3", quantifier("one")],
  ["receiver existsOne 3", quantifier("one")],
  ["receiver transformList 3", transform("list")],
  ["receiver transformList 4", transform("list")],
  ["receiver transformMap 3", transform("map")],
  ["receiver transformMap 4", transform("map")],
  ["receiver transformMapEntry 3", transform("entry")],
  ["receiver transformMapEntry 4", transform("entry")],
  ["receiver sortBy 2", sortBy],
  ["receiver optMap 2", optMap("map")],
  ["receiver optFlatMap 2", optMap("flatMap")],
]);

function has({ at, args }: Use): Expression | MacroMistake {
  const [argument] = args;
  if (argument?.kind !== "select") {
    return new MacroMistake(argument?.at ?? at, "invalid argument to has() macro");
  }
  return { kind: "select", at, operand: argument.operand, field: argument.field, testOnly: true };
}

type Quantifier = "all" | "exists" | "one";

function quantifier(kind: Quantifier): Expansion {
  return ({ at, target, args }) => {
    const variables = variablesOf(args.slice(0, -1), "argument must be a simple name");
    const predicate = args.at(-1);
    if (variables instanceof MacroMistake || !target || !predicate) return asMistake(variables);
    const loop = quantifierLoop(kind, at, predicate);
    return comprehension(at, target, variables, loop);
  };
}

type Loop = Pick<ComprehensionNode, "initial" | "condition" | "step" | "result">;

function quantifierLoop(kind: Quantifier, at: number, predicate: Expression): Loop {
  const sofar = () => ident(at, accumulatorName);
  switch (kind) {
    case "all":
      return {
        initial: literal(at, true),
        condition: call(at, "@not_strictly_false", [sofar()]),
        step: call(at, "_&&_", [sofar(), predicate]),
        result: sofar(),
      };
    case "exists":
      return {
        initial: literal(at, false),
        condition: call(at, "@not_strictly_false", [call(at, "!_", [sofar()])]),
        step: call(at, "_||_", [sofar(), predicate]),
        result: sofar(),
      };
    case "one":
      return {
        initial: literal(at, 0),
        condition: literal(at, true),
        step: call(at, "_?_:_", [predicate, call(at, "_+_", [sofar(), literal(at, 1)]), sofar()]),
        result: call(at, "_==_", [sofar(), literal(at, 1)]),
      };
    default:
      return kind satisfies never;
  }
}

function map({ at, target, args }: Use): Expression | MacroMistake | undefined {
  const variables = variablesOf(args.slice(0, 1), "argument is not an identifier");
  const predicate = args.length === 3 ? args[1] : undefined;
  const element = args.at(-1);
  if (variables instanceof MacroMistake || !target || !element) return asMistake(variables);
  const step = call(at, "_+_", [ident(at, accumulatorName), list(at, [element])]);
  return comprehension(at, target, variables, collecting(at, list(at, []), step, predicate));
}

function filter({ at, target, args }: Use): Expression | MacroMistake | undefined {
  const variables = variablesOf(args.slice(0, 1), "argument is not an identifier");
  const [variable, predicate] = args;
  if (variables instanceof MacroMistake || !target || !variable) return asMistake(variables);
  const step = call(at, "_+_", [ident(at, accumulatorName), list(at, [variable])]);
  return comprehension(at, target, variables, collecting(at, list(at, []), step, predicate));
}

function transform(into: "list" | "map" | "entry"): Expansion {
  return ({ at, target, args }) => {
    const variables = variablesOf(args.slice(0, 2), "argument must be a simple name");
    const predicate = args.length === 4 ? args[2] : undefined;
    const element = args.at(-1);
    if (variables instanceof MacroMistake || !target || !element) return asMistake(variables);
    const sofar = ident(at, accumulatorName);
    const initial: Expression = into === "list" ? list(at, []) : { kind: "map", at, entries: [] };
    const step =
      into === "list"
        ? call(at, "_+_", [sofar, list(at, [element])])
        : into === "map"
          ? call(at, "cel.@mapInsert", [sofar, ident(at, variables[0] ?? ""), element])
          : call(at, "cel.@mapInsert", [sofar, element]);
    return comprehension(at, target, variables, collecting(at, initial, step, predicate));
  };
}

function collecting(
  at: number,
  initial: Expression,
  step: Expression,
  predicate: Expression | undefined,
): Loop {
  const sofar = () => ident(at, accumulatorName);
  return {
    initial,
    condition: literal(at, true),
    step: predicate ? call(at, "_?_:_", [predicate, step, sofar()]) : step,
    result: sofar(),
  };
}

/** Sorts a list by keys that are computed from its items; the list is computed once. */
function sortBy({ at, target, args }: Use): Expression | MacroMistake | undefined {
  const [variable, key] = args;
  if (!target || !variable || !key) return undefined;
  const sortable = ["list", "ident", "select", "call", "comprehension"].includes(target.kind);
  if (!sortable)
    return new MacroMistake(
      target.at,
      "sortBy can only be applied to a list, identifier, comprehension, call or select expression",
    );
  const keys = map({ at, target: ident(at, sortedName), args: [variable, key] });
  if (!keys || keys instanceof MacroMistake) return keys;
  const sorted = call(at, "@sortByAssociatedKeys", [keys], ident(at, sortedName));
  return bindTo(at, sortedName, target, sorted);
}

const sortedName = "@__sortBy_input__";

function optMap(kind: "map" | "flatMap"): Expansion {
  return ({ at, target, args }) => {
    const [variable, body] = args;
    const name = kind === "map" ? "optMap" : "optFlatMap";
    if (!target || !variable || !body) return undefined;
    if (variable.kind !== "ident") {
      return new MacroMistake(variable.at, `${name}() variable name must be a simple identifier`);
    }
    const bound = bindTo(at, variable.name, call(at, "value", [], target), body);
    return call(at, "_?_:_", [
      call(at, "hasValue", [], target),
      kind === "map" ? call(at, "optional.of", [bound]) : bound,
      call(at, "optional.none", []),
    ]);
  };
}

/** A loop that never runs: only its accumulator is of use. */
function bindTo(at: number, name: string, value: Expression, body: Expression): Expression {
  return {
    kind: "comprehension",
    at,
    range: list(at, []),
    variable: "#unused",
    variable2: undefined,
    accumulator: name,
    initial: value,
    condition: literal(at, false),
    step: ident(at, name),
    result: body,
  };
}

function comprehension(
  at: number,
  range: Expression,
  variables: readonly string[],
  loop: Loop,
): Expression {
  return {
    kind: "comprehension",
    at,
    range,
    variable: variables[0] ?? "",
    variable2: variables[1],
    accumulator: accumulatorName,
    ...loop,
  };
}

function variablesOf(
  args: readonly Expression[],
  mistake: string,
): readonly string[] | MacroMistake {
  const names: string[] = [];
  for (const argument of args) {
    if (argument.kind !== "ident") return new MacroMistake(argument.at, mistake);
    if (names.includes(argument.name)) {
      return new MacroMistake(argument.at, `duplicate variable name: ${argument.name}`);
    }
    names.push(argument.name);
  }
  for (const [index, name] of names.entries()) {
    if (name === "__result__" || name === accumulatorName) {
      const message = "iteration variable overwrites accumulator variable";
      return new MacroMistake(args[index]?.at ?? 0, message);
    }
  }
  return names;
}

const asMistake = (variables: unknown) =>
  variables instanceof MacroMistake ? variables : undefined;
