import type { ByteString } from "../go/byte-string.ts";
import { show, sprint } from "../go/format.ts";
import { quote } from "../go/quote.ts";
import { entryOf, fromJson, GoInteger, isList, isMap, sortedEntries } from "../go/values.ts";
import type { GoValue } from "../go/values.ts";
import { boxed, CallError, isTrue, plain, typeName, unbox } from "./functions.ts";
import type { ParameterType, TemplateFunction, Value } from "./functions.ts";
import { TemplateError } from "./parser.ts";
import type { Templates } from "./parser.ts";
import { showNode } from "./syntax.ts";
import type { Branch, Chain, Command, Node, Operand, Pipeline, Statement } from "./syntax.ts";
import type { TemplateCall } from "./syntax.ts";

export interface Program {
  readonly text: ByteString;
  /** Of the template that is executed first; errors begin with it. */
  readonly name: ByteString;
  readonly templates: Templates;
  readonly functions: ReadonlyMap<ByteString, TemplateFunction>;
  /** Whether to fail where a map has no such key. */
  readonly refusesMissingKeys: boolean;
  write(bytes: ByteString): void;
}

/** Runs a template over data. What was written before an error stays. Throws `TemplateError`. */
export function execute(program: Program, data: unknown): void {
  const dot = plain(fromJson(data));
  const frame = new Frame(program, program.name, dot);
  frame.run(dot, program.templates.get(program.name) ?? []);
}

type Jump = "break" | "continue" | undefined;

/** What the command in front of a "|" gave: the last argument of the one behind it. */
interface Piped {
  readonly value: Value;
}

interface Variable {
  readonly name: ByteString;
  value: Value;
}

/** How deep templates may call each other. */
const depthMax = 100_000;

/** One template that is being executed. */
class Frame {
  readonly #program: Program;
  readonly #name: ByteString;
  readonly #depth: number;
  #variables: Variable[];
  /** What errors are about. */
  #node: Node | undefined;

  constructor(program: Program, name: ByteString, dot: Value, depth = 0) {
    this.#program = program;
    this.#name = name;
    this.#depth = depth;
    this.#variables = [{ name: "$", value: dot }];
  }

  run(dot: Value, statements: readonly Statement[]): Jump {
    for (const statement of statements) {
      const jump = this.#statement(dot, statement);
      if (jump) return jump;
    }
    return undefined;
  }

  #statement(dot: Value, statement: Statement): Jump {
    this.#node = statement;
    switch (statement.kind) {
      case "text":
        this.#program.write(statement.text);
        return undefined;
      case "action": {
        const value = this.#pipeline(dot, statement.pipeline);
        this.#node = statement;
        if (statement.pipeline.variables.length === 0) this.#print(value);
        return undefined;
      }
      case "break":
      case "continue":
        return statement.kind;
      case "if":
      case "with":
        return this.#branch(dot, statement);
      case "range":
        return this.#range(dot, statement);
      case "template":
        this.#call(dot, statement);
        return undefined;
      default:
        return statement satisfies never;
    }
  }

  #print(held: Value): void {
    this.#program.write(held ? sprint([held.value]) : "<no value>");
  }

  #branch(dot: Value, { kind, pipeline, body, otherwise }: Branch): Jump {
    const known = this.#variables.length;
    const value = this.#pipeline(dot, pipeline);
    const isMet = isTrue(value);
    const jump = isMet
      ? this.run(kind === "with" ? value : dot, body)
      : this.run(dot, otherwise ?? []);
    this.#variables.length = known;
    return jump;
  }

  #range(dot: Value, branch: Branch): Jump {
    const known = this.#variables.length;
    const { pipeline, body, otherwise } = branch;
    const items = this.#items(this.#pipeline(dot, pipeline), pipeline);
    const inside = this.#variables.length;
    let isEmpty = true;
    let jump: Jump;
    for (const [key, item] of items) {
      isEmpty = false;
      this.#setRangeVariables(pipeline, key, item);
      const ended = this.run(item, body);
      this.#variables.length = inside;
      if (ended === "break") break;
    }
    if (isEmpty) jump = this.run(dot, otherwise ?? []);
    this.#variables.length = known;
    return jump;
  }

  #items(held: Value, { variables }: Pipeline): Iterable<readonly [key: Value, item: Value]> {
    const value = held?.value ?? null;
    if (value === null) return [];
    if (value instanceof GoInteger) {
      if (variables.length > 1) {
        this.#fail(`can't use ${show(value, "v")} to iterate over more than one variable`);
      }
      return numbersBelow(value);
    }
    if (isList(value)) {
      return value.map((item, at) => [plain(new GoInteger("int", at)), boxed(fromJson(item))]);
    }
    if (isMap(value)) {
      return sortedEntries(value).map(([key, item]) => [plain(key), boxed(item)]);
    }
    return this.#fail(`range can't iterate over ${show(value, "v")}`);
  }

  #setRangeVariables({ variables, assigns }: Pipeline, key: Value, item: Value): void {
    const [first, second] = variables;
    if (first === undefined) return;
    const values = second === undefined ? [item] : [key, item];
    variables.forEach((name, at) => {
      if (assigns) this.#assign(name, values[at]);
      else {
        const variable = this.#variables.at(at - variables.length);
        if (variable) variable.value = values[at];
      }
    });
  }

  #call(dot: Value, call: TemplateCall): void {
    const statements = this.#program.templates.get(call.name);
    if (!statements) this.#fail(`template ${quote(call.name)} not defined`);
    const value = call.pipeline && this.#pipeline(dot, call.pipeline);
    try {
      if (this.#depth >= depthMax) throw new RangeError("templates call each other without end");
      new Frame(this.#program, call.name, value, this.#depth + 1).run(value, statements);
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      this.#node = call;
      this.#fail(`exceeded maximum template depth (${depthMax})`);
    }
  }

  #pipeline(dot: Value, pipeline: Pipeline): Value {
    this.#node = pipeline;
    let piped: Piped | undefined;
    for (const command of pipeline.commands) {
      piped = { value: unbox(this.#command(dot, command, piped)) };
    }
    const value = piped?.value;
    for (const name of pipeline.variables) {
      if (pipeline.assigns) this.#assign(name, value);
      else this.#variables.push({ name, value });
    }
    return value;
  }

  #command(dot: Value, command: Command, piped: Piped | undefined): Value {
    const [first] = command.operands;
    switch (first.kind) {
      case "field":
        this.#node = first;
        return this.#fields(dot, first.names, this.#isCall(command, piped));
      case "chain":
        return this.#chain(dot, first, this.#isCall(command, piped));
      case "function":
        this.#node = first;
        return this.#function(dot, first.name, command, { command, piped });
      case "pipeline":
        this.#refuseArguments(command, piped);
        return this.#pipeline(dot, first);
      case "variable":
        this.#node = first;
        if (first.fields.length === 0) this.#refuseArguments(command, piped);
        return this.#variable(first.name, first.fields, this.#isCall(command, piped));
      default:
        this.#node = first;
        this.#refuseArguments(command, piped);
        if (first.kind === "nil") this.#fail("nil is not a command");
        return this.#constant(dot, first);
    }
  }

  #isCall({ operands }: Command, piped: Piped | undefined): boolean {
    return operands.length > 1 || piped !== undefined;
  }

  #refuseArguments(command: Command, piped: Piped | undefined): void {
    if (!this.#isCall(command, piped)) return;
    this.#fail(`can't give argument to non-function ${showArgument(command.operands[0])}`);
  }

  #constant(dot: Value, operand: Operand): Value {
    this.#node = operand;
    switch (operand.kind) {
      case "bool":
        return plain(operand.value);
      case "string":
        return plain(operand.text);
      case "number":
        if (operand.value === undefined) this.#fail(`${operand.text} overflows int`);
        return plain(operand.value);
      default:
        return dot;
    }
  }

  #chain(dot: Value, chain: Chain, isCall: boolean): Value {
    this.#node = chain;
    const { of } = chain;
    if (of.kind === "nil") {
      this.#fail(`indirection through explicit nil in ${showNode(chain)}`);
    }
    const receiver = this.#operand(dot, of);
    return this.#fields(receiver, chain.names, isCall);
  }

  #variable(name: ByteString, fields: readonly ByteString[], isCall: boolean): Value {
    const variable = this.#variables.findLast((known) => known.name === name);
    if (!variable) this.#fail(`undefined variable: ${name}`);
    return fields.length === 0 ? variable.value : this.#fields(variable.value, fields, isCall);
  }

  #assign(name: ByteString, value: Value): void {
    const variable = this.#variables.findLast((known) => known.name === name);
    if (!variable) this.#fail(`undefined variable: ${name}`);
    variable.value = value;
  }

  #fields(receiver: Value, names: readonly ByteString[], isCall: boolean): Value {
    return names.reduce(
      (value, name, at) => this.#field(value, name, isCall && at === names.length - 1),
      receiver,
    );
  }

  #field(receiver: Value, name: ByteString, isCall: boolean): Value {
    if (!receiver) {
      if (!this.#program.refusesMissingKeys) return undefined;
      return this.#fail(`nil data; no entry for key ${quote(name)}`);
    }
    const { value } = receiver;
    if (value === null) return this.#fail(`nil pointer evaluating interface {}.${name}`);
    if (!isMap(value)) {
      return this.#fail(`can't evaluate field ${name} in type ${typeName(receiver)}`);
    }
    if (isCall) this.#fail(`${name} is not a method but has arguments`);
    const found = entryOf(value, name);
    if (found !== undefined) return boxed(found);
    if (!this.#program.refusesMissingKeys) return undefined;
    return this.#fail(`map has no entry for key ${quote(name)}`);
  }

  #function(
    dot: Value,
    name: ByteString,
    node: Node,
    { command, piped }: { command?: Command; piped?: Piped | undefined },
  ): Value {
    const operands = command ? command.operands.slice(1) : [];
    if (name === "and" || name === "or") return this.#logic(dot, name, operands, piped);
    const known = this.#program.functions.get(name);
    if (!known) return this.#fail(`${quote(name)} is not a defined function`);
    const { parameters, rest } = known;
    const given = operands.length + (piped ? 1 : 0);
    if (rest && given < parameters.length) {
      this.#failCount(name, `at least ${parameters.length}`, operands.length);
    }
    if (!rest && given !== parameters.length) {
      this.#failCount(name, String(parameters.length), given);
    }
    const typeAt = (at: number) => parameters[at] ?? rest ?? "any";
    const values = operands.map((operand, at) => this.#argument(dot, typeAt(at), operand));
    if (piped) values.push(this.#checked(piped.value, typeAt(operands.length)));
    const [first] = operands;
    try {
      return known.call(values, first ? showNode(first) : shownValue(piped?.value));
    } catch (error) {
      if (!(error instanceof CallError)) throw error;
      this.#node = node;
      return this.#fail(`error calling ${name}: ${error.message}`);
    }
  }

  /** Looks at its arguments only until one decides. */
  #logic(dot: Value, name: "and" | "or", operands: readonly Operand[], piped?: Piped): Value {
    if (operands.length === 0 && !piped) this.#failCount(name, "at least 1", 0);
    let value: Value;
    for (const operand of operands) {
      value = this.#argument(dot, "value", operand);
      if (isTrue(value) === (name === "or")) return value;
    }
    return piped ? piped.value : value;
  }

  #failCount(name: ByteString, wanted: string, given: number): never {
    this.#fail(`wrong number of args for ${name}: want ${wanted} got ${given}`);
  }

  /** What an operand is worth where no type is asked for. */
  #operand(dot: Value, operand: Operand): Value {
    this.#node = operand;
    switch (operand.kind) {
      case "field":
        return this.#fields(dot, operand.names, false);
      case "variable":
        return this.#variable(operand.name, operand.fields, false);
      case "pipeline":
        return this.#pipeline(dot, operand);
      case "function":
        return this.#function(dot, operand.name, operand, {});
      case "chain":
        return this.#chain(dot, operand, false);
      default:
        return this.#constant(dot, operand);
    }
  }

  #argument(dot: Value, type: ParameterType, operand: Operand): Value {
    this.#node = operand;
    if (operand.kind === "nil") {
      if (type === "string") this.#fail("cannot assign nil to string");
      return type === "any" ? boxed(null) : undefined;
    }
    if (type === "string" && (operand.kind === "bool" || operand.kind === "number")) {
      this.#fail(`expected string; found ${showNode(operand)}`);
    }
    return this.#checked(this.#operand(dot, operand), type);
  }

  #checked(held: Value, type: ParameterType): Value {
    if (type === "value") return held;
    if (type === "any") return held ?? boxed(null);
    if (!held) return this.#fail("invalid value; expected string");
    if (typeof held.value === "string") return plain(held.value);
    const got = held.value === null ? "interface {}" : typeName(plain(held.value) ?? held);
    return this.#fail(`wrong type for value; expected string; got ${got}`);
  }

  #fail(message: ByteString): never {
    const { text, name } = this.#program;
    if (!this.#node) throw new TemplateError(`template: ${this.#name}: ${message}`);
    const before = text.slice(0, this.#node.position).split("\n");
    const place = `${name}:${before.length}:${before.at(-1)?.length ?? 0}`;
    const about = `executing ${quote(this.#name)} at <${showNode(this.#node)}>`;
    throw new TemplateError(`template: ${place}: ${about}: ${message}`);
  }
}

function showArgument(operand: Operand): ByteString {
  return showNode(operand);
}

/** As reflection writes a value of which it shows no more than the type. */
function shownValue(held: Value): ByteString {
  const value: GoValue = held?.value ?? null;
  if (typeof value === "string") return value;
  return held && value !== null ? `<${typeName(held)} Value>` : "<invalid Value>";
}

function* numbersBelow({ type, value }: GoInteger): Generator<readonly [Value, Value]> {
  for (let at = 0n; at < value; at++) yield [undefined, plain(new GoInteger(type, at))];
}
