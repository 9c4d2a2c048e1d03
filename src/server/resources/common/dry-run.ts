import type { RequestContext } from "../../pipeline/request.ts";

/** Everything is done as usual, but nothing is kept. */
export function isDryRun(context: RequestContext): boolean {
  return context.request.query.getAll("dryRun").includes("All");
}
