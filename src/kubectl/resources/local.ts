import { CommandError } from "../errors.ts";

/** Names say nothing where no server is asked. */
export function refuseLocalNames(local: boolean, names: readonly string[]): void {
  if (local && names.length > 0) {
    throw new CommandError(
      "you must specify resources by --filename when --local is set.\n" +
        "Example resource specifications include:\n   '-f rsrc.yaml'\n   '--filename=rsrc.json'",
    );
  }
}
