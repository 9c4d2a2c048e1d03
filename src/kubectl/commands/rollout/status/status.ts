import type { DaemonSet, Deployment, StatefulSet } from "#api/apps/v1.ts";
import { CommandError } from "../../../errors.ts";
import type { KubeObject } from "../../../objects.ts";

export interface RolloutStatus {
  readonly text: string;
  readonly done: boolean;
}

/** Of objects that come from other servers, any field may be missing. */
type Loose<T> = {
  readonly metadata: {
    readonly name: string;
    readonly generation?: number;
  } & KubeObject["metadata"];
  readonly spec: Partial<T extends { spec?: infer S } ? NonNullable<S> : never>;
  readonly status: Partial<T extends { status?: infer S } ? NonNullable<S> : never>;
};

type View = (object: KubeObject, revision: number) => RolloutStatus;

/** How far a rollout is, by kind. Throws where it cannot end well. */
export const statusViews: Readonly<Record<string, View>> = {
  "Deployment.apps": (object, revision) => deploymentStatus(loose<Deployment>(object), revision),
  "DaemonSet.apps": (object) => daemonSetStatus(loose<DaemonSet>(object)),
  "StatefulSet.apps": (object) => statefulSetStatus(loose<StatefulSet>(object)),
};

function loose<T>({ metadata, spec, status }: KubeObject): Loose<T> {
  return { metadata, spec: spec ?? {}, status: status ?? {} } as Loose<T>;
}

const waiting = (text: string): RolloutStatus => ({ text: `${text}\n`, done: false });
const finished = (text: string): RolloutStatus => ({ text: `${text}\n`, done: true });

function isObserved({ metadata, status }: Loose<Deployment>): boolean {
  return (metadata.generation ?? 0) <= (status.observedGeneration ?? 0);
}

function deploymentStatus(deployment: Loose<Deployment>, revision: number): RolloutStatus {
  const { metadata, spec, status } = deployment;
  const running = Number(metadata.annotations?.["deployment.kubernetes.io/revision"] ?? 0);
  if (revision > 0 && revision !== running) {
    throw new CommandError(
      `desired revision (${revision}) is different from the running revision (${running})`,
    );
  }
  if (!isObserved(deployment))
    return waiting("Waiting for deployment spec update to be observed...");
  const progressing = status.conditions?.find(({ type }) => type === "Progressing");
  if (progressing?.reason === "ProgressDeadlineExceeded") {
    throw new CommandError(`deployment "${metadata.name}" exceeded its progress deadline`);
  }
  const { replicas = 0, updatedReplicas = 0, availableReplicas = 0 } = status;
  const start = `Waiting for deployment "${metadata.name}" rollout to finish:`;
  if (spec.replicas !== undefined && updatedReplicas < spec.replicas) {
    return waiting(
      `${start} ${updatedReplicas} out of ${spec.replicas} new replicas have been updated...`,
    );
  }
  if (replicas > updatedReplicas) {
    return waiting(
      `${start} ${replicas - updatedReplicas} old replicas are pending termination...`,
    );
  }
  if (availableReplicas < updatedReplicas) {
    return waiting(
      `${start} ${availableReplicas} of ${updatedReplicas} updated replicas are available...`,
    );
  }
  return finished(`deployment "${metadata.name}" successfully rolled out`);
}

function refuseOtherStrategies(type: string | undefined): void {
  if (type === "RollingUpdate") return;
  throw new CommandError("rollout status is only available for RollingUpdate strategy type");
}

function daemonSetStatus({ metadata, spec, status }: Loose<DaemonSet>): RolloutStatus {
  refuseOtherStrategies(spec.updateStrategy?.type);
  if ((metadata.generation ?? 0) > (status.observedGeneration ?? 0)) {
    return waiting("Waiting for daemon set spec update to be observed...");
  }
  const { updatedNumberScheduled = 0, desiredNumberScheduled = 0, numberAvailable = 0 } = status;
  const start = `Waiting for daemon set "${metadata.name}" rollout to finish:`;
  if (updatedNumberScheduled < desiredNumberScheduled) {
    return waiting(
      `${start} ${updatedNumberScheduled} out of ${desiredNumberScheduled} new pods have been updated...`,
    );
  }
  if (numberAvailable < desiredNumberScheduled) {
    return waiting(
      `${start} ${numberAvailable} of ${desiredNumberScheduled} updated pods are available...`,
    );
  }
  return finished(`daemon set "${metadata.name}" successfully rolled out`);
}

function statefulSetStatus({ metadata, spec, status }: Loose<StatefulSet>): RolloutStatus {
  refuseOtherStrategies(spec.updateStrategy?.type);
  const { observedGeneration = 0, readyReplicas = 0, updatedReplicas = 0 } = status;
  if (observedGeneration === 0 || (metadata.generation ?? 0) > observedGeneration) {
    return waiting("Waiting for statefulset spec update to be observed...");
  }
  if (spec.replicas !== undefined && readyReplicas < spec.replicas) {
    return waiting(`Waiting for ${spec.replicas - readyReplicas} pods to be ready...`);
  }
  const rollingUpdate = spec.updateStrategy?.rollingUpdate;
  if (rollingUpdate) {
    const wanted = (spec.replicas ?? 0) - (rollingUpdate.partition ?? 0);
    if (updatedReplicas < wanted) {
      return waiting(
        `Waiting for partitioned roll out to finish: ${updatedReplicas} out of ${wanted} new pods have been updated...`,
      );
    }
    return finished(
      `partitioned roll out complete: ${updatedReplicas} new pods have been updated...`,
    );
  }
  const { updateRevision = "", currentRevision = "", currentReplicas = 0 } = status;
  if (updateRevision !== currentRevision) {
    return waiting(
      `waiting for statefulset rolling update to complete ${updatedReplicas} pods at revision ${updateRevision}...`,
    );
  }
  return finished(
    `statefulset rolling update complete ${currentReplicas} pods at revision ${currentRevision}...`,
  );
}
