import { defineCommand } from "../../../command.ts";
import { CommandError } from "../../../errors.ts";
import type { Kubectl } from "../../../kubectl.ts";
import { printFlags } from "../../../printers/print-flags.ts";
import { typedPrinter } from "../../../printers/typed.ts";
import { fileFlags, fileQuery } from "../../../resources/flags.ts";
import { namesFiles } from "../../../resources/selection.ts";
import { dryRunFlag, dryRunOf, operationText } from "../../../writes/dry-run.ts";
import { reconcile } from "./reconcile.ts";
import type { ReconcileOptions } from "./reconcile.ts";
import type { Reconciled, Rule, Subject } from "./rules.ts";

export default defineCommand({
  usage: "reconcile -f FILENAME",
  description:
    "Bring roles and their bindings in line with a file.\n\n" +
    "What is missing is created, the namespace included. What is there gets the permissions and the " +
    "subjects of the file; with --remove-extra-permissions and --remove-extra-subjects, it loses " +
    "all others.\n\n" +
    "For these kinds it does better than 'apply', because it knows what rules and subjects mean.",
  examples: [
    {
      about: "Bring roles and bindings in line with a file",
      command: "kubectl auth reconcile -f my-rbac-rules.yaml",
    },
  ],
  flags: {
    ...printFlags,
    ...dryRunFlag,
    ...fileFlags("File, directory or URL with the roles and bindings."),
    "remove-extra-permissions": {
      type: "bool",
      usage: "If true, roles lose permissions that the file does not have",
    },
    "remove-extra-subjects": {
      type: "bool",
      usage: "If true, bindings lose subjects that the file does not have",
    },
  },
  async run(kubectl, { values, args }) {
    const files = fileQuery(values);
    if (!namesFiles({ files })) throw new CommandError("must specify one of -f and -k");
    if (args.length > 0) throw new CommandError("no arguments are allowed");
    const dryRun = dryRunOf(kubectl, values["dry-run"]);
    if (dryRun === "server") {
      throw new CommandError("--dry-run=server for command reconcile is not supported yet");
    }
    const options = {
      dryRun: dryRun === "client",
      removeExtraPermissions: values["remove-extra-permissions"],
      removeExtraSubjects: values["remove-extra-subjects"],
    };
    const printer = await typedPrinter(kubectl, values, operationText("reconciled", dryRun));
    await kubectl.visit({ files, local: true }, async ({ object }) => {
      if (!object) return;
      const result = await reconcile(kubectl, object, options);
      if (!result) return;
      kubectl.print(printer.print(result.object));
      tellResult(kubectl, result, options);
    });
  },
});

function tellResult(kubectl: Kubectl, result: Reconciled, options: ReconcileOptions): void {
  if (result.operation === "none") return;
  const caveat = result.isProtected
    ? ", but object opted out (rbac.authorization.kubernetes.io/autoupdate: false)"
    : "";
  kubectl.tell(`\treconciliation required ${result.operation}${caveat}`);
  const list = (title: string, lines: readonly string[]) => {
    if (lines.length === 0) return;
    kubectl.tell(`\t${title}:`);
    for (const line of lines) kubectl.tell(`\t\t${line}`);
  };
  list("missing subjects added", result.missingSubjects.map(subjectText));
  if (options.removeExtraSubjects) {
    list("extra subjects removed", result.extraSubjects.map(subjectText));
  }
  list("missing rules added", result.missingRules.map(ruleText));
  if (options.removeExtraPermissions) list("extra rules removed", result.extraRules.map(ruleText));
}

function subjectText({ kind, apiGroup = "", name, namespace = "" }: Subject): string {
  return `{Kind:${kind} APIGroup:${apiGroup} Name:${name} Namespace:${namespace}}`;
}

function ruleText(rule: Rule): string {
  const { verbs, apiGroups = [], resources = [], resourceNames = [], nonResourceURLs = [] } = rule;
  const list = (items: readonly string[]) => `[${items.join(" ")}]`;
  return (
    `{Verbs:${list(verbs)} APIGroups:${list(apiGroups)} Resources:${list(resources)} ` +
    `ResourceNames:${list(resourceNames)} NonResourceURLs:${list(nonResourceURLs)}}`
  );
}
