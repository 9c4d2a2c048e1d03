import { cryptoRandom } from "#base/random.ts";
import type { AdmissionEnvironment, AdmissionPlugin } from "./admission.ts";
import { alwaysPullImages } from "./always-pull-images/plugin.ts";
import {
  certificateApproval,
  certificateSigning,
  certificateSubjectRestriction,
  clusterTrustBundleAttest,
} from "./certificates/plugins.ts";
import type { AdmissionConfiguration } from "./configuration.ts";
import { defaultIngressClass } from "./default-ingress-class/plugin.ts";
import { defaultStorageClass } from "./default-storage-class/plugin.ts";
import { defaultTolerationSeconds } from "./default-toleration-seconds/plugin.ts";
import { limitRanger } from "./limit-ranger/plugin.ts";
import { namespaceLifecycle } from "./namespace-lifecycle/plugin.ts";
import { nodeDeclaredFeatureValidator } from "./node-declared-features/plugin.ts";
import { nodeRestriction } from "./node-restriction/plugin.ts";
import { persistentVolumeClaimResize } from "./persistent-volume-claim-resize/plugin.ts";
import { conditionMatcher } from "./policies/conditions.ts";
import { missingEngine } from "./policies/missing-engine.ts";
import { mutatingPolicies } from "./policies/mutating.ts";
import { validatingPolicies } from "./policies/validating.ts";
import type { PolicyEnvironment } from "./policies/validating.ts";
import { podGroupWorkloadExists } from "./pod-group-workload-exists/plugin.ts";
import { podResizeValidator } from "./pod-resize/plugin.ts";
import { podSecurityConfigurationOf } from "./pod-security/configuration.ts";
import { podSecurity } from "./pod-security/plugin.ts";
import { podTopologyLabels } from "./pod-topology-labels/plugin.ts";
import { priority } from "./priority/plugin.ts";
import { resourceQuota } from "./resource-quota/plugin.ts";
import { runtimeClass } from "./runtime-class/plugin.ts";
import { serviceAccount } from "./service-account/plugin.ts";
import { storageObjectInUseProtection } from "./storage-object-in-use-protection/plugin.ts";
import {
  alwaysAdmit,
  alwaysDeny,
  denyServiceExternalIPs,
  namespaceExists,
} from "./simple/plugins.ts";
import { taintNodesByCondition } from "./taint-nodes-by-condition/plugin.ts";
import { mutatingWebhooks } from "./webhooks/mutating.ts";
import { validatingWebhooks } from "./webhooks/validating.ts";
import type { WebhookEnvironment } from "./webhooks/webhook.ts";

/** What the flags of an API server say. */
export interface AdmissionOptions {
  /** `--enable-admission-plugins` */
  readonly enable?: readonly string[];
  /** `--disable-admission-plugins` */
  readonly disable?: readonly string[];
  /** The file of `--admission-control-config-file`. */
  readonly configuration?: AdmissionConfiguration;
}

interface Known {
  readonly name: string;
  readonly isDefault: boolean;
  /** Undefined where the environment lacks what it needs. */
  readonly make?: (
    environment: AdmissionEnvironment,
    configuration: unknown,
  ) => AdmissionPlugin | undefined;
}

const on = (name: string, make: Known["make"]): Known =>
  make ? { name, isDefault: true, make } : { name, isDefault: true };
const off = (name: string, make: NonNullable<Known["make"]>): Known => ({
  name,
  isDefault: false,
  make,
});
/** Upstream has it, switched off by default; this server does not have it. */
const missing = (name: string): Known => ({ name, isDefault: false });

/**
 * Upstream's plugins in upstream's order. Two that are on there stand for alpha features and do
 * nothing while those are off: PodGroupProtection and JobValidation.
 */
const known: readonly Known[] = [
  off("AlwaysAdmit", alwaysAdmit),
  missing("NamespaceAutoProvision"),
  on("NamespaceLifecycle", namespaceLifecycle),
  off("NamespaceExists", namespaceExists),
  missing("LimitPodHardAntiAffinityTopology"),
  on("LimitRanger", limitRanger),
  on("ServiceAccount", serviceAccount),
  // Off upstream, but switched on by every installer.
  on("NodeRestriction", nodeRestriction),
  on("TaintNodesByCondition", taintNodesByCondition),
  off("AlwaysPullImages", alwaysPullImages),
  missing("ImagePolicyWebhook"),
  on("PodSecurity", (environment, configuration) =>
    configuration === undefined
      ? podSecurity(environment)
      : podSecurity(environment, podSecurityConfigurationOf(configuration)),
  ),
  missing("PodNodeSelector"),
  on("Priority", priority),
  on("DefaultTolerationSeconds", defaultTolerationSeconds),
  missing("PodTolerationRestriction"),
  missing("EventRateLimit"),
  missing("ExtendedResourceToleration"),
  on("DefaultStorageClass", defaultStorageClass),
  on("StorageObjectInUseProtection", storageObjectInUseProtection),
  on("PodGroupProtection", undefined),
  missing("OwnerReferencesPermissionEnforcement"),
  on("PersistentVolumeClaimResize", persistentVolumeClaimResize),
  on("RuntimeClass", runtimeClass),
  on("CertificateApproval", ({ authorizer }) => authorizer && certificateApproval(authorizer)),
  on("CertificateSigning", ({ authorizer }) => authorizer && certificateSigning(authorizer)),
  on(
    "ClusterTrustBundleAttest",
    ({ authorizer }) => authorizer && clusterTrustBundleAttest(authorizer),
  ),
  on("CertificateSubjectRestriction", certificateSubjectRestriction),
  on("DefaultIngressClass", defaultIngressClass),
  off("DenyServiceExternalIPs", denyServiceExternalIPs),
  on("PodTopologyLabels", podTopologyLabels),
  on("PodGroupWorkloadExists", podGroupWorkloadExists),
  on("NodeDeclaredFeatureValidator", nodeDeclaredFeatureValidator),
  on("JobValidation", undefined),
  on("PodResizeValidator", podResizeValidator),
  on("MutatingAdmissionPolicy", (environment) => mutatingPolicies(policiesIn(environment))),
  on("MutatingAdmissionWebhook", (environment) => mutatingWebhooks(webhooksIn(environment))),
  on("ValidatingAdmissionPolicy", (environment) => validatingPolicies(policiesIn(environment))),
  on("ValidatingAdmissionWebhook", (environment) => validatingWebhooks(webhooksIn(environment))),
  // Counts against quotas, so that nobody may refuse after it.
  on("ResourceQuota", resourceQuota),
  off("AlwaysDeny", alwaysDeny),
];

/** Throws for plugins that do not exist or are both switched on and off. */
export function admissionPlugins(
  environment: AdmissionEnvironment,
  { enable = [], disable = [], configuration }: AdmissionOptions = {},
): AdmissionPlugin[] {
  checkNames("enable-admission-plugins", enable);
  checkNames("disable-admission-plugins", disable);
  const both = enable.filter((name) => disable.includes(name));
  if (both.length > 0) {
    throw new Error(
      `[${both.join(" ")}] in enable-admission-plugins and disable-admission-plugins overlapped`,
    );
  }
  return known.flatMap(({ name, isDefault, make }) => {
    const isWanted = enable.includes(name) || (isDefault && !disable.includes(name));
    const plugin = isWanted ? make?.(environment, configuration?.get(name)) : undefined;
    return plugin ? [plugin] : [];
  });
}

/** The plugins that are on by default, and NodeRestriction, which every installer switches on. */
export function defaultAdmission(environment: AdmissionEnvironment): AdmissionPlugin[] {
  return admissionPlugins(environment);
}

function checkNames(flag: string, names: readonly string[]): void {
  for (const name of names) {
    const found = known.find((plugin) => plugin.name === name);
    if (!found) throw new Error(`${flag} plugin "${name}" is unknown`);
    if (flag.startsWith("enable") && !found.isDefault && !found.make) {
      throw new Error(`${flag} plugin "${name}" is not part of this server`);
    }
  }
}

function policiesIn(environment: AdmissionEnvironment): PolicyEnvironment {
  const { client, authorizer, kinds = () => undefined, expressions } = environment;
  return { client, authorizer, kinds, engine: expressions ?? missingEngine };
}

function webhooksIn(environment: AdmissionEnvironment): WebhookEnvironment {
  const { client, clock, random = cryptoRandom, webhooks, authorizer } = environment;
  const unreachable = () => Promise.reject(new Error("this server has no way to reach webhooks"));
  return {
    client,
    clock,
    random,
    connections: webhooks ?? { post: unreachable, resolve: unreachable },
    conditions: conditionMatcher(environment.expressions ?? missingEngine, authorizer),
  };
}
