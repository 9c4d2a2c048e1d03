import type { EventRecorder } from "#client/events/event-writer.ts";
import type { WorkerEnvironment } from "./pod-worker/worker.ts";

/** Events about pods and their containers, in the cluster's Events. */
export function podEvents(recorder: EventRecorder): WorkerEnvironment["event"] {
  return (pod, type, reason, message, container) => {
    const { name, namespace, uid, resourceVersion } = pod.metadata;
    const isInit = pod.spec.initContainers?.some((init) => init.name === container);
    const list = isInit ? "initContainers" : "containers";
    const about = {
      apiVersion: "v1",
      kind: "Pod",
      name,
      uid,
      ...(namespace && { namespace }),
      ...(resourceVersion && { resourceVersion }),
      ...(container && { fieldPath: `spec.${list}{${container}}` }),
    };
    recorder.event(about, type, reason, message);
  };
}
