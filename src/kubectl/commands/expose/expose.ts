import { CommandError } from "../../errors.ts";
import type { Kubectl } from "../../kubectl.ts";
import type { KubeObject } from "../../objects.ts";
import { printerOf } from "../../printers/print-flags.ts";
import type { PrintValues } from "../../printers/print-flags.ts";
import type { FileQuery } from "../../resources/manifests.ts";
import type { ResourceInfo } from "../../resources/resource-info.ts";
import { dryRunQuery, operationText } from "../../writes/dry-run.ts";
import type { DryRun } from "../../writes/dry-run.ts";
import { labelsOf } from "../../writes/flag-values.ts";
import { createObject, printed, remembering } from "../../writes/made-objects.ts";
import { overridden } from "../../writes/overrides.ts";
import { portsOf, protocolsOf } from "./ports.ts";
import { selectorOf } from "./selector.ts";
import { serviceOf } from "./service.ts";
import type { ServiceValues } from "./service.ts";

export interface ExposeRequest {
  readonly files: FileQuery;
  readonly args: readonly string[];
  readonly dryRun: DryRun;
  readonly record: (object: KubeObject) => void;
  readonly values: ServiceValues &
    PrintValues & {
      readonly "field-manager": string;
      readonly overrides: string;
      readonly "override-type": string;
      readonly "save-config": boolean;
    };
}

/** What one resource told, and the next ones are given as if a flag had said it. */
interface Told {
  labels: Record<string, string> | undefined;
  selector: Record<string, string> | undefined;
  ports: readonly string[];
}

export async function expose(kubectl: Kubectl, request: ExposeRequest): Promise<void> {
  const { files, args, values, dryRun } = request;
  const printer = await printerOf(kubectl, values, operationText("exposed", dryRun));
  const told: Told = {
    labels: values.labels ? labelsOf(values.labels) : undefined,
    selector: undefined,
    ports: values.port ? values.port.split(",") : [],
  };
  const query = { args, files, lists: "items", requireNames: true } as const;
  await kubectl.visit(query, async (info) => {
    const service = await overridden(serviceFor(info, told, values), values);
    request.record(service);
    const created = await create(kubectl, request, service);
    kubectl.print(printer.print(await printed(created, values)));
  });
}

const exposed = new Set([
  "ReplicationController",
  "Service",
  "Pod",
  "Deployment.apps",
  "ReplicaSet.apps",
]);

function serviceFor(info: ResourceInfo, told: Told, values: ServiceValues): KubeObject {
  const { resource, object } = info;
  const kind = resource.group ? `${resource.kind}.${resource.group}` : resource.kind;
  if (!exposed.has(kind)) throw new CommandError(`cannot expose a ${kind}`);
  if (!object) throw new Error("what is exposed was read");
  told.selector ??= values.selector ? labelsOf(values.selector) : selectorOf(object);
  if (told.ports.length === 0) {
    told.ports = portsOf(object);
    if (told.ports.length === 0 && values["cluster-ip"] !== "None") {
      throw new CommandError("couldn't find port via --port flag or introspection");
    }
  }
  const { labels } = object.metadata;
  if (told.labels === undefined && labels && Object.keys(labels).length > 0) {
    told.labels = { ...labels };
  }
  return serviceOf(info.name.slice(0, 63), values, {
    selector: told.selector,
    labels: told.labels,
    ports: told.ports,
    protocols: protocolsOf(object),
  });
}

async function create(
  kubectl: Kubectl,
  { values, dryRun }: ExposeRequest,
  service: KubeObject,
): Promise<KubeObject> {
  const namespace = await kubectl.namespace();
  if (dryRun === "client") {
    if (!namespace.explicit) return service;
    return { ...service, metadata: { ...service.metadata, namespace: namespace.name } };
  }
  return await createObject(kubectl, await remembering(service, values["save-config"]), {
    resource: "services",
    namespace: namespace.name,
    query: { fieldManager: values["field-manager"] || undefined, ...dryRunQuery(dryRun) },
  });
}
