import { apiVersionOf } from "#schema/message.ts";
import type { KindInfo } from "#schema/message.ts";
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

/** Whoever asks for what is deprecated is warned, whatever he asks. */
export function tellDeprecated(definition: ResourceDefinition): ResourceDefinition {
  const warning = warningOf(definition.type.info);
  if (warning === undefined) return definition;
  return {
    ...definition,
    onRequest(context: RequestContext) {
      context.warn(warning);
      definition.onRequest?.(context);
    },
  };
}

function warningOf(info: KindInfo): string | undefined {
  const version = apiVersionOf(info);
  const name = `${version} ${info.kind}`;
  const lifecycle = lifecycles[name] ?? lifecycles[version];
  if (!lifecycle) return undefined;
  const [since, until, instead] = lifecycle;
  return (
    `${name} is deprecated in v1.${since}+` +
    (until === undefined ? "" : `, unavailable in v1.${until}+`) +
    (instead === undefined ? "" : `; use ${instead}`)
  );
}
