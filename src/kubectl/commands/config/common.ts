import type { FlagSpecs } from "#base/flags.ts";
import type { Row } from "#machinery/json.ts";
import { normalized } from "../../config/fields.ts";
import type { Struct } from "../../config/fields.ts";
import { CommandError } from "../../errors.ts";
import type { Kubectl } from "../../kubectl.ts";

/** Prints the command's help, then says what was wrong. */
export async function helpAndFail(kubectl: Kubectl, message: string): Promise<never> {
  kubectl.print(await kubectl.help());
  throw new CommandError(message);
}

/** The only argument; anything else is told with the help. */
export async function onlyArgument(kubectl: Kubectl, args: readonly string[]): Promise<string> {
  const [name] = args;
  if (args.length === 1 && name !== undefined) return name;
  return await helpAndFail(kubectl, `Unexpected args: [${args.join(" ")}]`);
}

/** An entry as it is written: plain fields in order. */
export function entryOf(value: object, struct: Struct): Row {
  return normalized({ ...value }, struct);
}

/** A flag that gives a field of the entry its value. */
export function entryFlag<const T extends "string" | "bool">(
  type: T,
  usage: string,
): { readonly type: T; readonly usage: string } & (T extends "string"
  ? { readonly default: "" }
  : object) {
  const spec: FlagSpecs[string] =
    type === "string" ? { type, default: "", usage } : { type, usage };
  return spec as ReturnType<typeof entryFlag<T>>;
}
