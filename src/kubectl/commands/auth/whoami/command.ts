import { StatusError } from "#machinery/status.ts";
import { defineCommand } from "../../../command.ts";
import { CommandError } from "../../../errors.ts";
import type { Kubectl } from "../../../kubectl.ts";
import type { KubeObject } from "../../../objects.ts";
import { printFlags } from "../../../printers/print-flags.ts";
import { alignRows } from "../../../printers/tabwriter.ts";
import { typedPrinter } from "../../../printers/typed.ts";

export default defineCommand({
  usage: "whoami",
  description:
    "Experimental: Show as whom the server knows you.\n\n" +
    "It helps where users come from elsewhere, such as from a proxy or from OpenID Connect.",
  examples: [
    { about: "Show your name and groups", command: "kubectl auth whoami" },
    { about: "Show them as JSON", command: "kubectl auth whoami -o json" },
  ],
  flags: printFlags,
  async run(kubectl, { values, given }) {
    const printer =
      given.has("output") || given.has("template")
        ? await typedPrinter(kubectl, values, "")
        : undefined;
    const review = await reviewOf(kubectl);
    kubectl.print(printer ? printer.print(review) : tableOf(review));
  },
});

/** The API was in other versions before. */
const versions = ["v1", "v1beta1", "v1alpha1"];

async function reviewOf(kubectl: Kubectl): Promise<KubeObject> {
  const rest = await kubectl.rest();
  for (const version of versions) {
    const apiVersion = `authentication.k8s.io/${version}`;
    try {
      return await rest.json({
        method: "POST",
        path: `/apis/${apiVersion}/selfsubjectreviews`,
        body: { apiVersion, kind: "SelfSubjectReview" },
      });
    } catch (error) {
      if (!(error instanceof StatusError)) throw error;
      if (error.reason === "Forbidden") {
        throw new CommandError(
          "the selfsubjectreviews API is not enabled in the cluster or you do not have permission to call it",
        );
      }
      if (error.reason !== "NotFound") throw error;
    }
  }
  throw new CommandError("the selfsubjectreviews API is not enabled in the cluster");
}

interface UserInfo {
  readonly username?: string;
  readonly uid?: string;
  readonly groups?: readonly string[];
  readonly extra?: Readonly<Record<string, readonly string[]>>;
}

function tableOf({ status }: KubeObject): string {
  const { userInfo = {} } = status as { userInfo?: UserInfo };
  const { username, uid, groups = [], extra = {} } = userInfo;
  const rows = [["ATTRIBUTE", "VALUE"]];
  if (username) rows.push(["Username", username]);
  if (uid) rows.push(["UID", uid]);
  if (groups.length > 0) rows.push(["Groups", `[${groups.join(" ")}]`]);
  for (const key of Object.keys(extra).toSorted()) {
    rows.push([`Extra: ${key}`, `[${extra[key]?.join(" ") ?? ""}]`]);
  }
  return alignRows(rows);
}
