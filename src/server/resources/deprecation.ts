import { apiVersionOf } from "#schema/message.ts";
import type { RequestContext } from "../pipeline/request.ts";
import type { ResourceDefinition } from "../registry/resource.ts";

/** Minor versions of v1: since when a version is deprecated, and when it is to go away. */
type Lifecycle = readonly [since: number, until?: number, instead?: string];

/** By group version, or by that and a kind. What is only to be deprecated later is not here. */
const lifecycles: Readonly<Record<string, Lifecycle>> = {
  "v1 ComponentStatus": [19],
  "v1 Endpoints": [33, undefined, "discovery.k8s.io/v1 EndpointSlice"],
  "admissionregistration.k8s.io/v1alpha1": [35, 38],
  "certificates.k8s.io/v1alpha1": [34, 37],
  "coordination.k8s.io/v1alpha2": [35, 38],
  "coordination.k8s.io/v1beta1": [36, 39],
  "networking.k8s.io/v1beta1": [34, 37],
  "resource.k8s.io/v1alpha3 DeviceTaintRule": [36, 39],
  "resource.k8s.io/v1beta1": [35, 38],
  "resource.k8s.io/v1beta2 DeviceClass": [36, 39],
  "resource.k8s.io/v1beta2 ResourceClaim": [36, 39],
  "resource.k8s.io/v1beta2 ResourceClaimTemplate": [36, 39],
  "resource.k8s.io/v1beta2 ResourceSlice": [36, 39],
  "storage.k8s.io/v1beta1": [34, 37, "storage.k8s.io/v1 VolumeAttributesClass"],
};

/** Whoever asks for what is deprecated is warned, whatever he asks, and the audit log says so. */
export function tellDeprecated(definition: ResourceDefinition): ResourceDefinition {
  const { info } = definition.type;
  const name = `${apiVersionOf(info)} ${info.kind}`;
  const lifecycle = lifecycles[name] ?? lifecycles[apiVersionOf(info)];
  if (!lifecycle) return definition;
  const [, until] = lifecycle;
  const warning = warningOf(name, lifecycle);
  return {
    ...definition,
    onRequest(context: RequestContext) {
      context.warn(warning);
      context.annotate?.("k8s.io/deprecated", "true");
      if (until !== undefined) context.annotate?.("k8s.io/removed-release", `1.${until}`);
      definition.onRequest?.(context);
    },
  };
}

function warningOf(name: string, [since, until, instead]: Lifecycle): string {
  return (
    `${name} is deprecated in v1.${since}+` +
    (until === undefined ? "" : `, unavailable in v1.${until}+`) +
    (instead === undefined ? "" : `; use ${instead}`)
  );
}
