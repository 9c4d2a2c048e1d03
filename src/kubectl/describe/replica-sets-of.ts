import { ReplicaSet } from "#api/apps/v1.ts";
import type { Deployment } from "#api/apps/v1.ts";
import type { PodTemplateSpec } from "#api/core/v1.ts";
import { controllerOf, copy } from "#client/object.ts";
import { semanticEqual } from "#machinery/deep-equal.ts";
import { selectorOf } from "#machinery/labels/label-selector.ts";
import { listAll } from "./context.ts";
import type { DescribeContext } from "./context.ts";
import { compareTexts } from "./go-values.ts";

export interface DeploymentReplicaSets {
  /** The one with the deployment's template, if it has been made. */
  readonly current: ReplicaSet | undefined;
  /** All others, the oldest first. */
  readonly old: readonly ReplicaSet[];
}

export async function replicaSetsOf(
  deployment: Deployment,
  context: DescribeContext,
): Promise<DeploymentReplicaSets> {
  const { metadata, spec } = deployment;
  const listed = await listAll(context, ReplicaSet, {
    namespace: metadata.namespace,
    labelSelector: selectorOf(spec.selector).toString(),
  });
  const own = listed
    .filter((replicaSet) => controllerOf(replicaSet)?.uid === metadata.uid)
    .sort(byCreation);
  const template = withoutHash(spec.template);
  const current = own.find((replicaSet) =>
    semanticEqual(withoutHash(replicaSet.spec.template), template),
  );
  return { current, old: own.filter((replicaSet) => replicaSet !== current) };
}

/** The controller adds this label to what it copies. */
function withoutHash(template: PodTemplateSpec | undefined): unknown {
  const result = copy(template);
  delete result?.metadata?.labels?.["pod-template-hash"];
  return result;
}

function byCreation(left: ReplicaSet, right: ReplicaSet): number {
  const [a, b] = [left.metadata, right.metadata];
  const time = Date.parse(a.creationTimestamp) - Date.parse(b.creationTimestamp);
  return time === 0 ? compareTexts(a.name, b.name) : time;
}
