import { throwAll } from "../../errors.ts";
import { interruptible } from "../../interruption.ts";
import type { Kubectl } from "../../kubectl.ts";
import type { KubeObject } from "../../objects.ts";
import { printerOf } from "../../printers/print-flags.ts";
import type { PrintValues } from "../../printers/print-flags.ts";
import { dryRunQuery, operationText } from "../../writes/dry-run.ts";
import type { DryRun } from "../../writes/dry-run.ts";
import { createObject, printed, remembering } from "../../writes/made-objects.ts";
import { overridden } from "../../writes/overrides.ts";
import type { AttachedValues } from "./attached.ts";
import { podOf, serviceOf } from "./pod.ts";
import type { PodValues } from "./pod.ts";

export interface RunRequest {
  readonly name: string;
  /** The container's arguments, or its command. */
  readonly words: readonly string[];
  readonly dryRun: DryRun;
  /** Be with it until it ends. */
  readonly attaches: boolean;
  readonly record: (object: KubeObject) => void;
  readonly values: PodValues &
    PrintValues &
    AttachedValues & {
      readonly expose: boolean;
      readonly "field-manager": string;
      readonly overrides: string;
      readonly "override-type": string;
      readonly "save-config": boolean;
    };
}

/** Creates the pod, and its service, and tells of them: of the service first. */
export async function runPod(kubectl: Kubectl, request: RunRequest): Promise<void> {
  const { name, words, values, dryRun } = request;
  const printer = await printerOf(kubectl, values, operationText("created", dryRun));
  const pod = await create(kubectl, request, {
    object: await overridden(podOf(name, words, values), values),
    resource: "pods",
  });
  const made = [{ object: pod, resource: "pods" }];
  // The pod is there, whatever becomes of its service.
  const errors: unknown[] = [];
  if (values.expose) {
    try {
      const object = serviceOf(name, values);
      const service = await create(kubectl, request, { object, resource: "services" });
      made.push({ object: service, resource: "services" });
      kubectl.print(printer.print(await printed(service, values)));
      if (values.output === "yaml") kubectl.print("---\n");
    } catch (error) {
      errors.push(error);
    }
  }
  if (request.attaches) {
    const { runAttached } = await import("./attached.ts");
    return await interruptible(kubectl, () => runAttached(kubectl, made, values));
  }
  kubectl.print(printer.print(await printed(pod, values)));
  throwAll(errors);
}

async function create(
  kubectl: Kubectl,
  { values, dryRun, record }: RunRequest,
  { object, resource }: { readonly object: KubeObject; readonly resource: string },
): Promise<KubeObject> {
  record(object);
  const namespace = await kubectl.namespace();
  if (dryRun === "client") {
    if (!namespace.explicit) return object;
    return { ...object, metadata: { ...object.metadata, namespace: namespace.name } };
  }
  return await createObject(kubectl, await remembering(object, values["save-config"]), {
    resource,
    namespace: namespace.name,
    query: { fieldManager: values["field-manager"] || undefined, ...dryRunQuery(dryRun) },
  });
}
