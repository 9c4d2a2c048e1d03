import type { KindType } from "#schema/message.ts";
import { DerivedVersion } from "#schema/version.ts";
import * as admission from "./admissionregistration/v1.ts";
import * as apiserverinternal from "./apiserverinternal/v1alpha1.ts";
import * as certificates from "./certificates/v1beta1.ts";
import * as coordination from "./coordination/v1beta1.ts";
import * as networking from "./networking/v1.ts";
import * as resource from "./resource/v1.ts";
import * as resourceV1alpha3 from "./resource/v1alpha3.ts";
import * as resourceV1beta1 from "./resource/v1beta1.ts";
import * as resourceV1beta2 from "./resource/v1beta2.ts";
import * as scheduling from "./scheduling/v1alpha2.ts";
import * as storage from "./storage/v1.ts";
import * as storagemigration from "./storagemigration/v1beta1.ts";

/** Every kind that has no stable version, in the latest version that it has. */
const unstableKinds: readonly KindType[] = [
  apiserverinternal.StorageVersion,
  apiserverinternal.StorageVersionList,
  certificates.ClusterTrustBundle,
  certificates.ClusterTrustBundleList,
  certificates.PodCertificateRequest,
  certificates.PodCertificateRequestList,
  coordination.LeaseCandidate,
  coordination.LeaseCandidateList,
  resourceV1alpha3.ResourcePoolStatusRequest,
  resourceV1alpha3.ResourcePoolStatusRequestList,
  resourceV1beta2.DeviceTaintRule,
  resourceV1beta2.DeviceTaintRuleList,
  scheduling.PodGroup,
  scheduling.PodGroupList,
  scheduling.Workload,
  scheduling.WorkloadList,
  storagemigration.StorageVersionMigration,
  storagemigration.StorageVersionMigrationList,
];

const policies: readonly KindType[] = [
  admission.MutatingAdmissionPolicy,
  admission.MutatingAdmissionPolicyBinding,
  admission.MutatingAdmissionPolicyBindingList,
  admission.MutatingAdmissionPolicyList,
];

const devices: readonly KindType[] = [
  resource.DeviceClass,
  resource.DeviceClassList,
  resource.ResourceClaim,
  resource.ResourceClaimList,
  resource.ResourceClaimTemplate,
  resource.ResourceClaimTemplateList,
  resource.ResourceSlice,
  resource.ResourceSliceList,
];

const group = (name: string, from: string, to: string) =>
  new DerivedVersion(`io.k8s.api.${name}`, { from, to });

/** Which kinds are there in earlier versions too, mostly with the same fields. */
const earlier: readonly (readonly [DerivedVersion, readonly KindType[]])[] = [
  [group("admissionregistration", "v1", "v1alpha1"), policies],
  [group("admissionregistration", "v1", "v1beta1"), policies],
  [
    group("certificates", "v1beta1", "v1alpha1"),
    [certificates.ClusterTrustBundle, certificates.ClusterTrustBundleList],
  ],
  [
    group("coordination", "v1beta1", "v1alpha2"),
    [coordination.LeaseCandidate, coordination.LeaseCandidateList],
  ],
  [
    group("networking", "v1", "v1beta1"),
    [
      networking.IPAddress,
      networking.IPAddressList,
      networking.ServiceCIDR,
      networking.ServiceCIDRList,
    ],
  ],
  [
    group("resource", "v1beta2", "v1alpha3"),
    [resourceV1beta2.DeviceTaintRule, resourceV1beta2.DeviceTaintRuleList],
  ],
  [resourceV1beta1.derivedFromV1, devices],
  [resourceV1beta2.derivedFromV1, devices],
  [
    group("storage", "v1", "v1beta1"),
    [storage.VolumeAttributesClass, storage.VolumeAttributesClassList],
  ],
];

/** Every kind of an earlier version, each derived from that of the latest version that it has. */
export const earlierKinds: readonly KindType[] = earlier.flatMap(([version, kinds]) =>
  kinds.map((type) => version.kind(type)),
);

/** Every kind of the versions that are served only where somebody asks for them. */
export const optionalKinds: readonly KindType[] = [...unstableKinds, ...earlierKinds];
