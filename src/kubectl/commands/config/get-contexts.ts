import { defineCommand } from "../../command.ts";
import { SettingsFiles } from "../../config/settings.ts";
import { CommandError, throwAll } from "../../errors.ts";
import { alignRows } from "../../printers/tabwriter.ts";

export default defineCommand({
  usage: "get-contexts [(-o|--output=)name)]",
  description: "Show one or many contexts of the kubeconfig.",
  examples: [
    { about: "List all contexts", command: "kubectl config get-contexts" },
    { about: "Show one context", command: "kubectl config get-contexts my-context" },
  ],
  flags: {
    "no-headers": { type: "bool", usage: "Leave out the line of headers." },
    output: {
      type: "string",
      short: "o",
      default: "",
      usage: "Output format. One of: (name).",
    },
  },
  async run(kubectl, { values, args }) {
    const { output } = values;
    if (output !== "" && output !== "name") {
      throw new CommandError(
        `--output ${output} is not available in kubectl config get-contexts; ` +
          "resetting to default output format",
      );
    }
    const { contexts, currentContext } = await new SettingsFiles(kubectl).read();
    const wanted = args.length > 0 ? args : [...contexts.keys()];
    const rows = wanted.toSorted().flatMap((name) => {
      const context = contexts.get(name)?.value;
      if (!context) return [];
      if (output === "name") return [[name]];
      const { cluster = "", user = "", namespace = "" } = context;
      return [[name === currentContext ? "*" : " ", name, cluster, user, namespace]];
    });
    const headers = ["CURRENT", "NAME", "CLUSTER", "AUTHINFO", "NAMESPACE"];
    const hasHeaders = output === "" && !values["no-headers"];
    kubectl.print(alignRows(hasHeaders ? [headers, ...rows] : rows));
    const missing = wanted.filter((name) => !contexts.has(name));
    throwAll([...new Set(missing)].map((name) => new Error(`context ${name} not found`)));
  },
});
