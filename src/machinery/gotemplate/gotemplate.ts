import { concatBytes } from "#base/bytes.ts";
import type { Bytes } from "#base/bytes.ts";
import { bytesOf, fromByteString, toByteString } from "../go/byte-string.ts";
import { execute } from "./execute.ts";
import { builtinFunctions } from "./functions.ts";
import type { TemplateFunction } from "./functions.ts";
import { parseTemplates, TemplateError } from "./parser.ts";

export { CallError } from "./functions.ts";
export type { TemplateFunction, Value } from "./functions.ts";
export { TemplateError } from "./parser.ts";

export interface TemplateOptions {
  /** Errors begin with it. */
  readonly name: string;
  /** Besides those that every template has. */
  readonly functions?: Readonly<Record<string, TemplateFunction>>;
  /** Whether a key that a map does not have prints as "<no value>". Default: true. */
  readonly allowsMissingKeys?: boolean;
}

export interface Execution {
  /** What was printed, up to the error if there was one. */
  readonly output: Bytes;
  readonly error?: TemplateError;
}

/** A template of Go's text/template over JSON, in which whole numbers are int64. */
export interface Template {
  execute(data: unknown): Execution;
}

/** Throws `TemplateError`. */
export function parseTemplate(
  source: string,
  { name, functions = {}, allowsMissingKeys = true }: TemplateOptions,
): Template {
  const text = toByteString(source);
  const known = new Map([...builtinFunctions, ...Object.entries(functions)]);
  const isFunction = (word: string) => word === "and" || word === "or" || known.has(word);
  const templates = readable(() => parseTemplates(text, { name, isFunction }));
  const program = { text, name, templates, functions: known };
  return {
    execute: (data) => {
      const parts: Bytes[] = [];
      const write = (bytes: string) => void parts.push(bytesOf(bytes));
      try {
        readable(() =>
          execute({ ...program, refusesMissingKeys: !allowsMissingKeys, write }, data),
        );
      } catch (error) {
        if (!(error instanceof TemplateError)) throw error;
        return { output: concatBytes(parts), error };
      }
      return { output: concatBytes(parts) };
    },
  };
}

/** With errors as text, which inside are bytes. */
function readable<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (error instanceof TemplateError) throw new TemplateError(fromByteString(error.message));
    throw error;
  }
}
