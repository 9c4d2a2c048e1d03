import { defineCommand } from "../../command.ts";
import { CommandError, UsageError } from "../../errors.ts";
import type { ApiResource } from "../../discovery/api-resource.ts";
import { qualifiedName } from "../../discovery/api-resource.ts";
import { joinGroupVersion } from "../../objects.ts";
import { alignRows } from "../../printers/tabwriter.ts";
import { preferred, sortedBy } from "./list.ts";

export default defineCommand({
  usage: "api-resources [flags]",
  description: "List the resources that the server serves.",
  examples: [
    { about: "List the resources", command: "kubectl api-resources" },
    { about: "List them with their verbs", command: "kubectl api-resources -o wide" },
    { about: "List them by kind", command: "kubectl api-resources --sort-by=kind" },
    {
      about: "List those that belong to namespaces",
      command: "kubectl api-resources --namespaced=true",
    },
    {
      about: "List those of one API group",
      command: "kubectl api-resources --api-group=rbac.authorization.k8s.io",
    },
  ],
  flags: {
    "api-group": { type: "string", default: "", usage: "Only resources of this API group." },
    cached: { type: "bool", usage: "Use the kept list where there is one." },
    categories: { type: "list", usage: "Only resources that are in all of these categories." },
    namespaced: {
      type: "bool",
      default: true,
      usage: "If false, only resources that belong to no namespace; if true, only those that do.",
    },
    "no-headers": { type: "bool", usage: "Leave out the line of headers." },
    output: {
      type: "string",
      short: "o",
      default: "",
      usage: "Output format. One of: (wide, name).",
    },
    "sort-by": { type: "string", default: "", usage: "Sort by 'name' or by 'kind'." },
    verbs: { type: "list", usage: "Only resources that have all of these verbs." },
  },
  async run(kubectl, { values, given, args }) {
    if (args.length > 0) throw new UsageError(`unexpected arguments: [${args.join(" ")}]`);
    const { output } = values;
    if (!["", "wide", "name"].includes(output)) {
      throw new CommandError(`--output ${output} is not available`);
    }
    if (!["", "name", "kind"].includes(values["sort-by"])) {
      throw new CommandError("--sort-by accepts only name or kind");
    }
    if (!values.cached) await kubectl.mapper.refresh();
    const served = await kubectl.mapper.served();
    const found = preferred(served).filter(
      (resource) =>
        resource.verbs.length > 0 &&
        (!given.has("api-group") || resource.group === values["api-group"]) &&
        (!given.has("namespaced") || resource.namespaced === values.namespaced) &&
        values.verbs.every((verb) => resource.verbs.includes(verb)) &&
        values.categories.every((category) => resource.categories.includes(category)),
    );
    const rows = sortedBy(found, values["sort-by"]);
    if (output === "name") {
      for (const resource of rows) kubectl.printLine(qualifiedName(resource));
    } else kubectl.print(tableOf(rows, output === "wide", !values["no-headers"]));
    const [failure] = Object.entries(served.failures);
    if (failure) {
      throw new CommandError(
        `unable to retrieve the complete list of server APIs: ${failure[0]}: ${failure[1]}`,
      );
    }
  },
});

function tableOf(resources: readonly ApiResource[], wide: boolean, headers: boolean): string {
  const header = ["NAME", "SHORTNAMES", "APIVERSION", "NAMESPACED", "KIND"];
  if (wide) header.push("VERBS", "CATEGORIES");
  const rows = resources.map((resource) => [
    resource.resource,
    resource.shortNames.join(","),
    joinGroupVersion(resource.group, resource.version),
    String(resource.namespaced),
    resource.kind,
    ...(wide ? [resource.verbs.toSorted().join(","), resource.categories.join(",")] : []),
  ]);
  return alignRows(headers ? [header, ...rows] : rows);
}
