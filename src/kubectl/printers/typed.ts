import type { Kind } from "#schema/field.ts";
import type { MessageType } from "#schema/message.ts";
import { isRow } from "#machinery/json.ts";
import type { Row } from "#machinery/json.ts";
import type { Kubectl } from "../kubectl.ts";
import { CommandError } from "../errors.ts";
import { splitGroupVersion } from "../objects.ts";
import type { KubeObject } from "../objects.ts";
import { printerOf } from "./print-flags.ts";
import type { PrintValues } from "./print-flags.ts";
import type { Printer } from "./printer.ts";
import { fieldsInDeclaredOrder } from "./declared-order.ts";

/**
 * The printer of commands that upstream runs on typed objects: built-in kinds have the fields that
 * Go's structs always have, and JSON lists them in the order of the structs.
 */
export async function typedPrinter(
  kubectl: Kubectl,
  values: PrintValues,
  operation: string,
): Promise<Printer> {
  const format = values.output.split("=")[0] ?? "";
  const plain = await printerOf(kubectl, values, operation);
  if (format === "") return plain;
  if (format === "name") return { print: (object) => plain.print(withoutItems(object)) };
  const [{ builtInKinds }, { jsonPrinter }] = await Promise.all([
    import("#api/registry.ts"),
    import("./structured.ts"),
  ]);
  const printer =
    format === "json"
      ? jsonPrinter({ showManagedFields: values["show-managed-fields"], inOrder: true })
      : plain;
  const typeOf = (object: Pick<KubeObject, "apiVersion" | "kind">) =>
    builtInKinds.byKind(object.apiVersion, object.kind);
  return {
    print(object) {
      const { apiVersion, kind, items } = object;
      if (items === null) return printer.print(object);
      const itemType = Array.isArray(items)
        ? typeOf({ apiVersion, kind: kind.replace(/List$/, "") })
        : undefined;
      if (itemType) {
        const typedItems = (items as KubeObject[]).map((item) => typed(item, itemType));
        const { metadata } = object;
        return printer.print({ kind, apiVersion, metadata, items: typedItems });
      }
      const type = typeOf(object);
      return printer.print(type ? typed(object, type) : object);
    },
  };
}

/** The name of a list says nothing of it, and its items do not say what they are. */
function withoutItems(object: KubeObject): KubeObject {
  const { apiVersion, kind, items } = object;
  if (items === undefined) return object;
  const { version } = splitGroupVersion(apiVersion);
  throw new CommandError(`list types are not supported by name printing: *${version}.${kind}`);
}

/** Items of lists do not say what they are. */
function typed({ kind, apiVersion, ...object }: KubeObject, type: MessageType): KubeObject {
  const header = (kind as string | undefined) === undefined ? {} : { kind, apiVersion };
  return { ...header, ...inOrder(object, type) } as KubeObject;
}

const metadataName = "io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta";

/** Fields that are written even when they say nothing, by the names of their types. */
const always: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  [metadataName]: { creationTimestamp: null },
  "io.k8s.api.core.v1.Event": {
    involvedObject: {},
    source: {},
    firstTimestamp: null,
    lastTimestamp: null,
    eventTime: null,
    reportingComponent: "",
    reportingInstance: "",
  },
  "io.k8s.api.core.v1.PodTemplateSpec": { metadata: {}, spec: {} },
  "io.k8s.api.core.v1.PodSpec": { containers: null },
  "io.k8s.api.core.v1.Container": { name: "", resources: {} },
  "io.k8s.api.core.v1.EphemeralContainer": { name: "", resources: {} },
  "io.k8s.api.core.v1.PodCondition": { lastProbeTime: null, lastTransitionTime: null },
  "io.k8s.api.core.v1.ServicePort": { targetPort: 0 },
  "io.k8s.api.core.v1.ServiceStatus": { loadBalancer: {} },
  "io.k8s.api.core.v1.ReplicationControllerStatus": { replicas: 0 },
  "io.k8s.api.apps.v1.DeploymentSpec": { selector: null, template: {}, strategy: {} },
  "io.k8s.api.apps.v1.ReplicaSetSpec": { selector: null },
  "io.k8s.api.apps.v1.ReplicaSetStatus": { replicas: 0 },
  "io.k8s.api.apps.v1.DaemonSetSpec": { selector: null, template: {}, updateStrategy: {} },
  "io.k8s.api.apps.v1.DaemonSetStatus": {
    currentNumberScheduled: 0,
    numberMisscheduled: 0,
    desiredNumberScheduled: 0,
    numberReady: 0,
  },
  "io.k8s.api.apps.v1.StatefulSetSpec": {
    selector: null,
    template: {},
    serviceName: "",
    updateStrategy: {},
  },
  "io.k8s.api.apps.v1.StatefulSetStatus": { replicas: 0, availableReplicas: 0 },
  "io.k8s.api.batch.v1.JobTemplateSpec": { metadata: {}, spec: {} },
  "io.k8s.api.batch.v1.JobSpec": { template: {} },
};

/** What a kind's object has besides, where its type has such fields. */
const ofKinds: Readonly<Record<string, unknown>> = { metadata: {}, spec: {}, status: {} };

function inOrder(value: Row, type: MessageType): Row {
  const missing = always[type.schemaName] ?? ("info" in type ? ofKinds : {});
  const result: Row = {};
  for (const [name, spec] of fieldsInDeclaredOrder(type)) {
    const field = value[name] ?? missing[name];
    // Of metadata, Go leaves out what is empty.
    if (field === "" && type.schemaName === metadataName) continue;
    if (field !== undefined) result[name] = inOrderOf(field, spec.of);
  }
  return result;
}

function inOrderOf(value: unknown, of: Kind): unknown {
  if (of.kind === "message" && isRow(value)) return inOrder(value, of.type());
  if (of.kind === "list" && Array.isArray(value)) {
    return value.map((item: unknown) => inOrderOf(item, of.item));
  }
  if (of.kind === "map" && isRow(value)) {
    const keys = Object.keys(value).toSorted();
    return Object.fromEntries(keys.map((key) => [key, inOrderOf(value[key], of.value)]));
  }
  return value;
}
