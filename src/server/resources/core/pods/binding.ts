import { Binding, Pod } from "#api/core/v1.ts";
import type { ApiResponse } from "#client/transport.ts";
import { badRequest, conflict, invalid, success } from "#machinery/status.ts";
import { notSupported, requiredValue } from "#machinery/validation/field-error.ts";
import type { RequestContext } from "../../../pipeline/request.ts";
import type { Subresource } from "../../../registry/resource.ts";
import { objectAnswer } from "../../common/answers.ts";
import { isDryRun } from "../../common/dry-run.ts";
import type { ResourceDependencies } from "../../dependencies.ts";

const pods = { group: "", resource: "pods" };

/** `pods/x/binding`: gives the pod its node, once. */
export function bindingSubresource(dependencies: ResourceDependencies): Subresource {
  return {
    kind: { group: "", version: "v1", kind: "Binding" },
    verbs: ["create"],
    handle: (context) => bind(dependencies, context),
  };
}

export async function bind(
  dependencies: ResourceDependencies,
  context: RequestContext,
): Promise<ApiResponse> {
  const binding = await dependencies.bodies.read(context, Binding);
  const name = context.info.name || binding.metadata.name;
  if (context.info.name && binding.metadata.name && binding.metadata.name !== context.info.name) {
    throw badRequest("name in URL does not match name in Binding object");
  }
  validate(binding, name);
  const { namespace } = context.info;
  const now = new Date(dependencies.clock.now()).toISOString().replace(/\.\d+Z$/, "Z");
  const change = (pod: Pod) => assign(pod, binding, now);
  await dependencies.objects.update(Pod, { namespace, name }, change, {
    dryRun: isDryRun(context),
  });
  return objectAnswer(201, success());
}

function validate(binding: Binding, name: string): void {
  const errors = [];
  const { kind, name: node } = binding.target;
  if (kind && kind !== "Node") errors.push(notSupported("target.kind", kind, ["Node", "<empty>"]));
  if (!node) errors.push(requiredValue("target.name"));
  if (errors.length) throw invalid({ group: "", kind: "Binding" }, name, errors);
}

function assign(pod: Readonly<Pod>, binding: Binding, now: string): Pod {
  const { name, uid, resourceVersion } = pod.metadata;
  const expected = binding.metadata;
  if (expected.uid && expected.uid !== uid) {
    throw conflict(
      pods,
      name,
      `Precondition failed: UID in precondition: ${expected.uid}, UID in object meta: ${uid}`,
    );
  }
  if (expected.resourceVersion && expected.resourceVersion !== resourceVersion) {
    throw conflict(
      pods,
      name,
      `Precondition failed: ResourceVersion in precondition: ${expected.resourceVersion}, ` +
        `ResourceVersion in object meta: ${resourceVersion}`,
    );
  }
  if (pod.metadata.deletionTimestamp !== undefined) {
    throw conflict(pods, name, `pod ${name} is being deleted, cannot be assigned to a host`);
  }
  if (pod.spec.nodeName) {
    throw conflict(
      pods,
      name,
      `pod ${name} is already assigned to node ${JSON.stringify(pod.spec.nodeName)}`,
    );
  }
  if (pod.spec.schedulingGates?.length) {
    throw conflict(pods, name, `pod ${name} has non-empty .spec.schedulingGates`);
  }
  const metadata = { ...pod.metadata };
  if (expected.labels) metadata.labels = { ...metadata.labels, ...expected.labels };
  if (expected.annotations) {
    metadata.annotations = { ...metadata.annotations, ...expected.annotations };
  }
  // Whatever node was promised to it before, it has one now.
  const { nominatedNodeName: _, ...status } = pod.status;
  const others = (status.conditions ?? []).filter(({ type }) => type !== "PodScheduled");
  const scheduled = {
    type: "PodScheduled",
    status: "True" as const,
    lastTransitionTime: now,
    observedGeneration: pod.metadata.generation ?? 1,
  };
  return {
    ...pod,
    metadata,
    spec: { ...pod.spec, nodeName: binding.target.name ?? "" },
    status: { ...status, conditions: [...others, scheduled] },
  };
}
