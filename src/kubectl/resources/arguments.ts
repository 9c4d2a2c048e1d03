import { CommandError } from "../errors.ts";

/** What arguments name: types with names behind them, or type/name pairs. */
export interface ParsedArguments {
  readonly types: readonly string[];
  readonly names: readonly string[];
  readonly pairs: readonly { readonly type: string; readonly name: string }[];
}

/** `programName` is for the sentence that shows how to write it. */
export function parseArguments(args: readonly string[], programName: string): ParsedArguments {
  if (!args.some((arg) => arg.includes("/"))) {
    const [first = "", ...names] = args;
    const types = args.length > 0 ? [...new Set(first.split(","))] : [];
    return { types, names, pairs: [] };
  }
  if (!args.every((arg) => arg.includes("/"))) {
    throw new CommandError(
      "there is no need to specify a resource type as a separate argument when passing arguments " +
        `in resource/name form (e.g. '${programName} get resource/<resource_name>' instead of ` +
        `'${programName} get resource resource/<resource_name>'`,
    );
  }
  const pairs = args.map((arg) => {
    const parts = arg.split("/");
    if (parts.length > 2) {
      throw new CommandError("arguments in resource/name form may not have more than one slash");
    }
    const [type = "", name = ""] = parts;
    if (type === "" || name === "" || type.includes(",")) {
      throw new CommandError(
        "arguments in resource/name form must have a single resource and name",
      );
    }
    return { type, name };
  });
  return { types: [], names: [], pairs };
}
