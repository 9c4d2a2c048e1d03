import { CommandError, messageOf } from "../../errors.ts";

export interface FilterTexts {
  readonly acceptPaths: string;
  readonly rejectPaths: string;
  readonly acceptHosts: string;
  readonly rejectMethods: string;
}

/** Regular expressions, separated by commas. What is refused anywhere is refused. */
export function accepts(texts: FilterTexts) {
  const paths = expressions(texts.acceptPaths);
  const noPaths = expressions(texts.rejectPaths);
  const hosts = expressions(texts.acceptHosts);
  const noMethods = expressions(texts.rejectMethods);
  const matches = (text: string, list: readonly RegExp[]) => list.some((one) => one.test(text));
  return (method: string, path: string, host: string) =>
    !matches(path, noPaths) &&
    !matches(method, noMethods) &&
    matches(path, paths) &&
    matches(host, hosts);
}

function expressions(text: string): RegExp[] {
  if (text === "") return [];
  return text.split(",").map((part) => {
    try {
      return new RegExp(part);
    } catch (error) {
      throw new CommandError(`Error compiling re: ${messageOf(error)}`, { exitCode: 255 });
    }
  });
}
