import { isRow } from "#machinery/json.ts";
import { CommandError } from "../../../errors.ts";
import type { KubeObject } from "../../../objects.ts";
import { rolloutChange } from "../change.ts";

const annotation = "kubectl.kubernetes.io/restartedAt";

export default rolloutChange({
  usage: "restart RESOURCE",
  description: "Restart a resource: its pods are replaced, as by any other rollout.",
  examples: [
    {
      about: "Restart all deployments of the namespace test-namespace",
      command: "kubectl rollout restart deployment -n test-namespace",
    },
    { about: "Restart a deployment", command: "kubectl rollout restart deployment/nginx" },
    { about: "Restart a daemon set", command: "kubectl rollout restart daemonset/abc" },
    {
      about: "Restart the deployments with the label app=nginx",
      command: "kubectl rollout restart deployment --selector=app=nginx",
    },
  ],
  operation: "restarted",
  patch({ kind, spec }, now) {
    if (kind !== "Deployment" && kind !== "DaemonSet" && kind !== "StatefulSet") {
      throw new CommandError("restarting is not supported");
    }
    if (kind === "Deployment" && isRow(spec) && spec.paused === true) {
      throw new CommandError("can't restart paused deployment (run rollout resume first)");
    }
    return patchTo(localTime(now));
  },
  isEmpty: (object, patch) => restartedAt(object) === restartedAt(patch),
});

function patchTo(time: string) {
  return { spec: { template: { metadata: { annotations: { [annotation]: time } } } } };
}

function restartedAt(object: object): unknown {
  const { spec } = object as Partial<KubeObject>;
  const template = isRow(spec) ? spec.template : undefined;
  const metadata = isRow(template) ? template.metadata : undefined;
  const annotations = isRow(metadata) ? metadata.annotations : undefined;
  return isRow(annotations) ? annotations[annotation] : undefined;
}

/** To the second, with how far the place's time is from UTC. */
export function localTime(now: number): string {
  const offsetMinutes = -new Date(now).getTimezoneOffset();
  const text = new Date(now + offsetMinutes * 60_000).toISOString().slice(0, 19);
  if (offsetMinutes === 0) return `${text}Z`;
  const minutes = Math.abs(offsetMinutes);
  const two = (value: number) => String(Math.floor(value)).padStart(2, "0");
  return `${text}${offsetMinutes < 0 ? "-" : "+"}${two(minutes / 60)}:${two(minutes % 60)}`;
}
