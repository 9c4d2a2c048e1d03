import { StatusError } from "#machinery/status.ts";
import type { ApiResource } from "../../discovery/api-resource.ts";
import { singularName } from "../../discovery/api-resource.ts";
import { ManyErrors } from "../../errors.ts";
import type { Kubectl } from "../../kubectl.ts";
import type { KubeObject, ObjectList } from "../../objects.ts";
import { isFailure } from "../../resources/find.ts";
import type { ResourceInfo } from "../../resources/resource-info.ts";
import { resourcePath } from "../../rest/paths.ts";
import { getPrinter } from "./printer.ts";
import { plainTable, serverTableOf, tableText } from "./tables.ts";
import type { ServerTable, TableOptions } from "./tables.ts";
import { tableAccept } from "./values.ts";
import type { GetTarget, GetValues } from "./values.ts";

/** Lists or shows what was asked for, as tables or in another form. */
export async function get(
  kubectl: Kubectl,
  values: GetValues,
  { args, files }: GetTarget,
): Promise<void> {
  const printer = await getPrinter(kubectl, values);
  const tabular = printer === undefined;
  const accept = tabular && values["server-print"] ? tableAccept : "application/json";
  const errors: unknown[] = [];
  const infos: ResourceInfo[] = [];
  const query = {
    args,
    files,
    accept,
    latest: true,
    labelSelector: values.selector,
    fieldSelector: values["field-selector"],
    allNamespaces: values["all-namespaces"],
    subresource: values.subresource || undefined,
    lists: "whole",
  } as const;
  for await (const found of kubectl.find(query)) {
    if (isFailure(found)) {
      if (!(values["ignore-not-found"] && isNotFound(found.error))) errors.push(found.error);
    } else infos.push(found);
  }
  if (tabular) await printTables(kubectl, values, infos, errors);
  else {
    const list = await collect(kubectl, values, infos, errors);
    if (list) kubectl.print(printer.print(list));
  }
  if (errors.length > 0) throw new ManyErrors(errors);
}

function isNotFound(error: unknown): boolean {
  return error instanceof StatusError && error.reason === "NotFound";
}

/** Tables of one resource that follow each other are one table. */
async function printTables(
  kubectl: Kubectl,
  values: GetValues,
  infos: readonly ResourceInfo[],
  errors: unknown[],
): Promise<void> {
  const sections: { resource: ApiResource; tables: ServerTable[] }[] = [];
  for (const info of infos) {
    try {
      const tables = await tablesOf(kubectl, values, info);
      const last = sections.at(-1);
      if (last && last.resource === info.resource) last.tables.push(...tables);
      else sections.push({ resource: info.resource, tables: [...tables] });
    } catch (error) {
      errors.push(error);
    }
  }
  const sort = await sortOf(values);
  if (sort && infos.length > 1) {
    // Several tables are sorted as such first, which fails by a field that tables do not have.
    sort.objects(sections.flatMap(({ tables }) => tables));
  }
  const several = new Set(infos.map(({ resource }) => resource)).size > 1;
  let printed = 0;
  for (const { resource, tables } of sections) {
    const sorted = sort?.rows(tables);
    if (sort && !sorted) continue;
    const shown = sorted ? [sorted] : tables;
    if (shown.every(({ rows }) => rows.length === 0)) continue;
    if (printed++ > 0 && !values["no-headers"]) kubectl.print("\n");
    kubectl.print(tableText(shown, tableOptionsOf(values, resource, several)));
  }
  if (printed > 0 || errors.length > 0 || values["ignore-not-found"]) return;
  const allNamespaced = infos.every(({ resource }) => resource.namespaced);
  const everywhere = values["all-namespaces"] || !allNamespaced;
  const { name } = await kubectl.namespace();
  kubectl.tell(everywhere ? "No resources found" : `No resources found in ${name} namespace.`);
}

/** Paths of JSON are only learnt by who sorts by one. */
async function sortOf({ "sort-by": field }: GetValues) {
  if (!field) return undefined;
  const { sortObjects, sortRows } = await import("./sort.ts");
  return {
    rows: (tables: readonly ServerTable[]) => sortRows(tables, field),
    objects: <T extends object>(objects: readonly T[]) => sortObjects(objects, field),
  };
}

export function tableOptionsOf(
  values: GetValues,
  resource: ApiResource,
  several: boolean,
): TableOptions {
  return {
    wide: values.output === "wide",
    withNamespace: values["all-namespaces"] && resource.namespaced,
    kindPrefix: several || values["show-kind"] ? singularName(resource) : "",
    showLabels: values["show-labels"],
    labelColumns: values["label-columns"],
    noHeaders: values["no-headers"],
  };
}

/** An object that was read is a table of one row; a list comes in chunks, each a table. */
async function tablesOf(
  kubectl: Kubectl,
  values: GetValues,
  info: ResourceInfo,
): Promise<ServerTable[]> {
  if (info.object) return [asTable(kubectl, info.object)];
  const rest = await kubectl.rest();
  const tables: ServerTable[] = [];
  const limit = values["chunk-size"];
  let next: string | undefined;
  do {
    const answer = await rest.json({
      path: resourcePath(info.resource, { namespace: info.namespace }),
      accept: values["server-print"] ? tableAccept : "application/json",
      query: {
        ...selectorsOf(values),
        ...(limit > 0 && { limit }),
        ...(next && { continue: next }),
        // Sorting needs the fields that the columns do not show.
        ...(values["sort-by"] && values["server-print"] && { includeObject: "Object" }),
      },
    });
    tables.push(asTable(kubectl, answer));
    next = answer.metadata.continue as string | undefined;
  } while (next);
  return tables;
}

export function asTable(kubectl: Kubectl, answer: unknown): ServerTable {
  const table = serverTableOf(answer);
  if (table) return table;
  const object = answer as KubeObject & { items?: KubeObject[] };
  const isList = Array.isArray(object.items);
  return plainTable(isList ? (object.items ?? []) : [object], kubectl.now());
}

export function selectorsOf(values: GetValues) {
  return {
    ...(values.selector && { labelSelector: values.selector }),
    ...(values["field-selector"] && { fieldSelector: values["field-selector"] }),
  };
}

/** One object as it is; several, or a list of the server, as a List. */
async function collect(
  kubectl: Kubectl,
  values: GetValues,
  infos: readonly ResourceInfo[],
  errors: unknown[],
): Promise<KubeObject | undefined> {
  const items: KubeObject[] = [];
  let single = infos.length === 1;
  for (const info of infos) {
    if (info.object) {
      items.push(info.object);
      continue;
    }
    single = false;
    try {
      items.push(...(await itemsOf(kubectl, values, info)));
    } catch (error) {
      errors.push(error);
    }
  }
  if (errors.length > 0 && items.length === 0) return undefined;
  if (infos.length === 0 && values["ignore-not-found"]) return undefined;
  const [only] = items;
  if (single && only) return only;
  const sort = await sortOf(values);
  const list: ObjectList = {
    apiVersion: "v1",
    items: sort ? sort.objects(items) : items,
    kind: "List",
    metadata: { resourceVersion: "" },
  };
  return list;
}

async function itemsOf(
  kubectl: Kubectl,
  values: GetValues,
  { resource, namespace }: ResourceInfo,
): Promise<KubeObject[]> {
  const rest = await kubectl.rest();
  const list = await rest.list(
    { path: resourcePath(resource, { namespace }), query: selectorsOf(values) },
    values["chunk-size"],
  );
  const { apiVersion } = list;
  return list.items.map((item) => ({ ...item, apiVersion, kind: resource.kind }));
}
