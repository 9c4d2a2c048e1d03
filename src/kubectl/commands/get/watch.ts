import { StatusError } from "#machinery/status.ts";
import type { Status } from "#api/meta/v1.ts";
import { CommandError } from "../../errors.ts";
import type { Kubectl } from "../../kubectl.ts";
import type { KubeObject } from "../../objects.ts";
import type { Printer } from "../../printers/printer.ts";
import { tableOptions, Tabwriter } from "../../printers/tabwriter.ts";
import type { ResourceInfo } from "../../resources/resource-info.ts";
import { resourcePath } from "../../rest/paths.ts";
import type { WatchedEvent } from "../../rest/rest-client.ts";
import { asTable, selectorsOf, tableOptionsOf } from "./get.ts";
import { getPrinter } from "./printer.ts";
import { tableRows } from "./tables.ts";
import type { ServerTable } from "./tables.ts";
import { tableAccept } from "./values.ts";
import type { GetTarget, GetValues } from "./values.ts";

/** Shows what is there, then each change, until the person or the server ends it. */
export async function watch(
  kubectl: Kubectl,
  values: GetValues,
  { args, files }: GetTarget,
): Promise<void> {
  const infos = await kubectl.findAll({
    args,
    files,
    latest: true,
    allNamespaces: values["all-namespaces"],
    labelSelector: values.selector,
    fieldSelector: values["field-selector"],
    lists: "whole",
  });
  const [info] = infos;
  if (infos.length > 1) {
    throw new CommandError(
      "watch is only supported on individual resources and resource collections - more than 1 resource was found",
    );
  }
  if (!info) return;
  const output = await outputOf(kubectl, values, info);
  const rest = await kubectl.rest();
  const path = resourcePath(info.resource, { namespace: info.namespace });
  const accept = output.tabular ? tableAccept : "application/json";
  const query = {
    ...selectorsOf(values),
    ...(info.name && { fieldSelector: `metadata.name=${info.name}` }),
  };
  const list = await rest.json({ path, accept, query });
  if (!values["watch-only"]) output.show("ADDED", list);
  const resourceVersion = list.metadata.resourceVersion;
  const events = rest.watch({ path, accept, query: { ...query, resourceVersion } }, kubectl.signal);
  for await (const event of events) {
    if (event.type === "ERROR") throw new StatusError(event.object as unknown as Status);
    if (event.type !== "BOOKMARK") output.show(event.type, event.object);
  }
}

interface WatchOutput {
  readonly tabular: boolean;
  show(type: WatchedEvent["type"], answer: unknown): void;
}

async function outputOf(
  kubectl: Kubectl,
  values: GetValues,
  info: ResourceInfo,
): Promise<WatchOutput> {
  const printer = await getPrinter(kubectl, values);
  const withEvents = values["output-watch-events"];
  if (printer) {
    return {
      tabular: false,
      show: (type, answer) => showObjects(kubectl, printer, withEvents ? type : undefined, answer),
    };
  }
  // Lines that come later stand below the columns of the first ones, as far as they fit.
  const columns = new Tabwriter(tableOptions);
  let noHeaders = values["no-headers"];
  let header: ServerTable["columnDefinitions"] | undefined;
  return {
    tabular: values["server-print"],
    show(type, answer) {
      const received = asTable(kubectl, answer);
      // Only the first table of a watch says what its columns are.
      if (received.columnDefinitions.length > 0) header = received.columnDefinitions;
      const table = { ...received, columnDefinitions: header ?? [] };
      if (table.rows.length === 0) return;
      const options = {
        ...tableOptionsOf(values, info.resource, false),
        noHeaders,
        ...(withEvents && { eventType: type }),
      };
      kubectl.print(columns.rows(tableRows([table], options)));
      noHeaders = true;
    },
  };
}

function showObjects(
  kubectl: Kubectl,
  printer: Printer,
  type: string | undefined,
  answer: unknown,
): void {
  const object = answer as KubeObject & { items?: KubeObject[] };
  const { apiVersion, kind } = object;
  const items = Array.isArray(object.items)
    ? object.items.map((item) => ({ ...item, apiVersion, kind: kind.replace(/List$/, "") }))
    : [object];
  for (const item of items) {
    const shown = type === undefined ? item : ({ type, object: item } as unknown as KubeObject);
    kubectl.print(printer.print(shown));
  }
}
