import type { AdmissionEnvironment, AdmissionPlugin } from "./admission.ts";
import {
  certificateApproval,
  certificateSigning,
  certificateSubjectRestriction,
} from "./certificates/plugins.ts";
import { defaultIngressClass } from "./default-ingress-class/plugin.ts";
import { defaultStorageClass } from "./default-storage-class/plugin.ts";
import { defaultTolerationSeconds } from "./default-toleration-seconds/plugin.ts";
import { limitRanger } from "./limit-ranger/plugin.ts";
import { namespaceLifecycle } from "./namespace-lifecycle/plugin.ts";
import { nodeRestriction } from "./node-restriction/plugin.ts";
import { persistentVolumeClaimResize } from "./persistent-volume-claim-resize/plugin.ts";
import { podSecurity } from "./pod-security/plugin.ts";
import { priority } from "./priority/plugin.ts";
import { resourceQuota } from "./resource-quota/plugin.ts";
import { runtimeClass } from "./runtime-class/plugin.ts";
import { serviceAccount } from "./service-account/plugin.ts";
import { storageObjectInUseProtection } from "./storage-object-in-use-protection/plugin.ts";
import { taintNodesByCondition } from "./taint-nodes-by-condition/plugin.ts";

/**
 * The plugins that are on by default, and NodeRestriction, which every installer switches on, in
 * upstream's order. Webhooks belong before the last one, which counts against quotas.
 */
export function defaultAdmission(environment: AdmissionEnvironment): AdmissionPlugin[] {
  const { authorizer } = environment;
  return [
    namespaceLifecycle(environment),
    limitRanger(environment),
    serviceAccount(environment),
    nodeRestriction(environment),
    taintNodesByCondition(),
    podSecurity(environment),
    priority(environment),
    defaultTolerationSeconds(),
    defaultStorageClass(environment),
    storageObjectInUseProtection(),
    persistentVolumeClaimResize(environment),
    runtimeClass(environment),
    ...(authorizer ? [certificateApproval(authorizer), certificateSigning(authorizer)] : []),
    certificateSubjectRestriction(),
    defaultIngressClass(environment),
    resourceQuota(environment),
  ];
}
