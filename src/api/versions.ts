import type { KindType } from "#schema/message.ts";
import { DerivedVersion } from "#schema/version.ts";
import {
  MutatingAdmissionPolicy,
  MutatingAdmissionPolicyBinding,
  MutatingAdmissionPolicyBindingList,
  MutatingAdmissionPolicyList,
} from "./admissionregistration/v1.ts";
import { IPAddress, IPAddressList, ServiceCIDR, ServiceCIDRList } from "./networking/v1.ts";
import {
  DeviceClass,
  DeviceClassList,
  ResourceClaim,
  ResourceClaimList,
  ResourceClaimTemplate,
  ResourceClaimTemplateList,
  ResourceSlice,
  ResourceSliceList,
} from "./resource/v1.ts";
import { VolumeAttributesClass, VolumeAttributesClassList } from "./storage/v1.ts";

const policies: readonly KindType[] = [
  MutatingAdmissionPolicy,
  MutatingAdmissionPolicyBinding,
  MutatingAdmissionPolicyBindingList,
  MutatingAdmissionPolicyList,
];

/** Which kinds are there in earlier versions too, with the same fields as in the stable one. */
const earlier: readonly {
  readonly prefix: string;
  readonly version: string;
  readonly kinds: readonly KindType[];
}[] = [
  { prefix: "io.k8s.api.admissionregistration", version: "v1alpha1", kinds: policies },
  { prefix: "io.k8s.api.admissionregistration", version: "v1beta1", kinds: policies },
  {
    prefix: "io.k8s.api.networking",
    version: "v1beta1",
    kinds: [IPAddress, IPAddressList, ServiceCIDR, ServiceCIDRList],
  },
  {
    prefix: "io.k8s.api.resource",
    version: "v1beta2",
    kinds: [
      DeviceClass,
      DeviceClassList,
      ResourceClaim,
      ResourceClaimList,
      ResourceClaimTemplate,
      ResourceClaimTemplateList,
      ResourceSlice,
      ResourceSliceList,
    ],
  },
  {
    prefix: "io.k8s.api.storage",
    version: "v1beta1",
    kinds: [VolumeAttributesClass, VolumeAttributesClassList],
  },
];

/** Every kind of an earlier version, each with the kind of the stable version that it equals. */
export const earlierKinds: readonly KindType[] = earlier.flatMap(({ kinds, prefix, version }) => {
  const derived = new DerivedVersion(prefix, { from: "v1", to: version });
  return kinds.map((type) => derived.kind(type));
});
