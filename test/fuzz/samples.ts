import { toBase64, utf8 } from "#base/bytes.ts";
import { createCertificateAuthority, createCertificateRequest } from "#pki/certificate.ts";
import { createSigningKey } from "#pki/keys.ts";
import { apiVersionOf } from "#schema/message.ts";
import type { KindInfo } from "#schema/message.ts";
import { crontabSchema } from "#server/crd/testing.ts";
import { kindKey } from "./words.ts";
import type { Row } from "./words.ts";

/**
 * One object of each kind that the server takes as it is, and what its subresources take: fuzz
 * begins behind the checks that random objects seldom pass. Names are given by who sends them.
 */

const labels = { app: "web" };
const containers = [{ name: "main", image: "nginx", ports: [{ containerPort: 80 }] }];
const template = { metadata: { labels }, spec: { containers } };
const selector = { matchLabels: labels };
const jobTemplate = { spec: { restartPolicy: "Never", containers } };
const claim = { accessModes: ["ReadWriteOnce"], resources: { requests: { storage: "1Gi" } } };
const role = { apiGroup: "rbac.authorization.k8s.io", kind: "ClusterRole", name: "view" };
const rules = [{ apiGroups: [""], resources: ["pods"], verbs: ["get", "list"] }];
const subjects = [{ kind: "User", apiGroup: "rbac.authorization.k8s.io", name: "nobody" }];
const target = { apiVersion: "apps/v1", kind: "Deployment", name: "a" };
/** Of a group that nobody asks for, so that what is admitted does not depend on it. */
const nothing = {
  apiGroups: ["nothing.example.com"],
  apiVersions: ["v1"],
  resources: ["nothings"],
  operations: ["CREATE"],
};
const webhook = {
  name: "hook.example.com",
  clientConfig: { url: "https://hook.example.com/hook" },
  rules: [nothing],
  sideEffects: "None",
  admissionReviewVersions: ["v1"],
};
const resourceRules = { resourceRules: [nothing] };
const microTime = "2026-01-01T00:00:00.000000Z";
const involved = { apiVersion: "v1", kind: "Pod", namespace: "default", name: "a" };
const deviceRequest = { devices: { requests: [{ name: "r", exactly: { deviceClassName: "a" } }] } };
const access = { resourceAttributes: { verb: "get", resource: "pods", namespace: "default" } };

const certificateRequest = await createCertificateRequest(await createSigningKey(), {
  commonName: "nobody",
});

const authority = await createCertificateAuthority({ commonName: "nobody", now: Date.now() });

const byKind: Readonly<Record<string, Row>> = {
  "/Binding": { target: { kind: "Node", name: "a" } },
  "/ConfigMap": { data: { key: "value" }, binaryData: { bytes: "AAEC" } },
  "/Endpoints": { subsets: [{ addresses: [{ ip: "10.0.0.1" }], ports: [{ port: 80 }] }] },
  "/Event": { involvedObject: involved, reason: "Started", message: "it did", type: "Normal" },
  "/LimitRange": { spec: { limits: [{ type: "Container", default: { cpu: "1" } }] } },
  "/Namespace": {},
  "/Node": { spec: { podCIDR: "10.1.0.0/24" } },
  "/PersistentVolumeClaim": { spec: claim },
  "/PersistentVolume": {
    spec: {
      capacity: { storage: "1Gi" },
      accessModes: ["ReadWriteOnce"],
      hostPath: { path: "/data" },
    },
  },
  "/Pod": { spec: { containers, volumes: [{ name: "v", emptyDir: {} }] } },
  "/PodTemplate": { template },
  "/ReplicationController": { spec: { replicas: 1, selector: labels, template } },
  "/ResourceQuota": { spec: { hard: { pods: "1000000" } } },
  "/Secret": { type: "Opaque", data: { key: "dmFsdWU=" } },
  "/ServiceAccount": { automountServiceAccountToken: false },
  "/Service": { spec: { selector: labels, ports: [{ name: "http", port: 80 }] } },
  "admissionregistration.k8s.io/MutatingAdmissionPolicy": {
    spec: {
      matchConstraints: resourceRules,
      reinvocationPolicy: "Never",
      mutations: [
        {
          patchType: "JSONPatch",
          jsonPatch: { expression: '[JSONPatch{op: "remove", path: "/spec"}]' },
        },
      ],
    },
  },
  "admissionregistration.k8s.io/MutatingAdmissionPolicyBinding": { spec: { policyName: "x" } },
  "admissionregistration.k8s.io/MutatingWebhookConfiguration": { webhooks: [webhook] },
  "admissionregistration.k8s.io/ValidatingAdmissionPolicy": {
    spec: {
      matchConstraints: resourceRules,
      validations: [{ expression: "object.spec.replicas < 5" }],
    },
  },
  "admissionregistration.k8s.io/ValidatingAdmissionPolicyBinding": {
    spec: { policyName: "x", validationActions: ["Deny"] },
  },
  "admissionregistration.k8s.io/ValidatingWebhookConfiguration": { webhooks: [webhook] },
  "apiextensions.k8s.io/CustomResourceDefinition": {
    spec: {
      group: "nothing.example.com",
      scope: "Namespaced",
      names: { plural: "widgets", kind: "Widget" },
      versions: [
        {
          name: "v1",
          served: true,
          storage: true,
          schema: { openAPIV3Schema: crontabSchema },
          subresources: { status: {} },
        },
      ],
    },
  },
  "apiregistration.k8s.io/APIService": {
    spec: {
      group: "other.example.com",
      version: "v1",
      groupPriorityMinimum: 100,
      versionPriority: 100,
      insecureSkipTLSVerify: true,
      service: { namespace: "default", name: "nothing" },
    },
  },
  "apps/ControllerRevision": { revision: 1, data: { spec: {} } },
  "apps/DaemonSet": { spec: { selector, template } },
  "apps/Deployment": { spec: { replicas: 1, selector, template } },
  "apps/ReplicaSet": { spec: { replicas: 1, selector, template } },
  "apps/StatefulSet": { spec: { serviceName: "web", selector, template } },
  "authentication.k8s.io/SelfSubjectReview": {},
  "authentication.k8s.io/TokenReview": { spec: { token: "x" } },
  "authorization.k8s.io/LocalSubjectAccessReview": { spec: { user: "nobody", ...access } },
  "authorization.k8s.io/SelfSubjectAccessReview": { spec: access },
  "authorization.k8s.io/SelfSubjectRulesReview": { spec: { namespace: "default" } },
  "authorization.k8s.io/SubjectAccessReview": { spec: { user: "nobody", ...access } },
  "autoscaling/HorizontalPodAutoscaler": { spec: { scaleTargetRef: target, maxReplicas: 3 } },
  "batch/CronJob": {
    spec: { schedule: "* * * * *", jobTemplate: { spec: { template: jobTemplate } } },
  },
  "batch/Job": { spec: { template: jobTemplate } },
  "certificates.k8s.io/CertificateSigningRequest": {
    spec: {
      request: toBase64(utf8(certificateRequest)),
      signerName: "example.com/signer",
      usages: ["digital signature", "client auth"],
    },
  },
  "certificates.k8s.io/ClusterTrustBundle": { spec: { trustBundle: authority.certificatePem } },
  // Whoever wants one must show that he has its key: this one does not.
  "certificates.k8s.io/PodCertificateRequest": {
    spec: {
      signerName: "example.com/signer",
      podName: "a",
      podUID: "x",
      serviceAccountName: "default",
      serviceAccountUID: "x",
      nodeName: "a",
      nodeUID: "x",
      pkixPublicKey: "AAEC",
      proofOfPossession: "AAEC",
    },
  },
  "coordination.k8s.io/LeaseCandidate": {
    spec: {
      leaseName: "a",
      binaryVersion: "1.36.0",
      emulationVersion: "1.36.0",
      strategy: "OldestEmulationVersion",
      renewTime: microTime,
    },
  },
  "coordination.k8s.io/Lease": {
    spec: { holderIdentity: "me", leaseDurationSeconds: 15, renewTime: microTime },
  },
  "discovery.k8s.io/EndpointSlice": {
    addressType: "IPv4",
    endpoints: [{ addresses: ["10.0.0.1"], conditions: { ready: true } }],
    ports: [{ name: "http", port: 80 }],
  },
  "events.k8s.io/Event": {
    eventTime: microTime,
    reportingController: "example.com/fuzz",
    reportingInstance: "fuzz-1",
    action: "Started",
    reason: "Started",
    regarding: involved,
    type: "Normal",
  },
  "flowcontrol.apiserver.k8s.io/FlowSchema": {
    spec: {
      matchingPrecedence: 9999,
      priorityLevelConfiguration: { name: "catch-all" },
      rules: [],
    },
  },
  "flowcontrol.apiserver.k8s.io/PriorityLevelConfiguration": {
    spec: {
      type: "Limited",
      limited: { nominalConcurrencyShares: 1, limitResponse: { type: "Reject" } },
    },
  },
  "internal.apiserver.k8s.io/StorageVersion": { spec: {} },
  "networking.k8s.io/IngressClass": { spec: { controller: "example.com/ingress" } },
  "networking.k8s.io/Ingress": {
    spec: { defaultBackend: { service: { name: "web", port: { number: 80 } } } },
  },
  "networking.k8s.io/IPAddress": {
    spec: { parentRef: { resource: "services", namespace: "default", name: "a" } },
  },
  "networking.k8s.io/NetworkPolicy": {
    spec: { podSelector: selector, ingress: [{ from: [{ podSelector: {} }] }] },
  },
  "networking.k8s.io/ServiceCIDR": { spec: { cidrs: ["10.200.0.0/24"] } },
  "node.k8s.io/RuntimeClass": { handler: "runc" },
  "policy/PodDisruptionBudget": { spec: { minAvailable: 1, selector } },
  "rbac.authorization.k8s.io/ClusterRoleBinding": { roleRef: role, subjects },
  "rbac.authorization.k8s.io/ClusterRole": { rules },
  "rbac.authorization.k8s.io/RoleBinding": { roleRef: role, subjects },
  "rbac.authorization.k8s.io/Role": { rules },
  "resource.k8s.io/DeviceClass": {
    spec: { selectors: [{ cel: { expression: 'device.driver == "gpu.example.com"' } }] },
  },
  "resource.k8s.io/DeviceTaintRule": {
    spec: {
      deviceSelector: { driver: "gpu.example.com" },
      taint: { key: "a", effect: "NoExecute" },
    },
  },
  "resource.k8s.io/ResourcePoolStatusRequest": { spec: { driver: "gpu.example.com" } },
  "resource.k8s.io/ResourceClaim": { spec: deviceRequest },
  "resource.k8s.io/ResourceClaimTemplate": { spec: { spec: deviceRequest } },
  "resource.k8s.io/ResourceSlice": {
    spec: {
      driver: "gpu.example.com",
      nodeName: "a",
      pool: { name: "a", generation: 1, resourceSliceCount: 1 },
      devices: [{ name: "gpu-0" }],
    },
  },
  "scheduling.k8s.io/PodGroup": { spec: { schedulingPolicy: { basic: {} } } },
  "scheduling.k8s.io/PriorityClass": { value: 10 },
  "scheduling.k8s.io/Workload": {
    spec: { podGroupTemplates: [{ name: "a", schedulingPolicy: { basic: {} } }] },
  },
  "stable.example.com/CronTab": { spec: { cronSpec: "* * * * */5", replicas: 2 } },
  "storage.k8s.io/CSIDriver": { spec: { attachRequired: false } },
  "storage.k8s.io/CSINode": { spec: { drivers: [{ name: "csi.example.com", nodeID: "a" }] } },
  "storage.k8s.io/CSIStorageCapacity": { storageClassName: "a", capacity: "1Gi" },
  "storage.k8s.io/StorageClass": { provisioner: "csi.example.com" },
  "storage.k8s.io/VolumeAttachment": {
    spec: { attacher: "csi.example.com", nodeName: "a", source: { persistentVolumeName: "a" } },
  },
  "storagemigration.k8s.io/StorageVersionMigration": {
    spec: { resource: { group: "apps", resource: "deployments" } },
  },
  "storage.k8s.io/VolumeAttributesClass": {
    driverName: "csi.example.com",
    parameters: { iops: "10" },
  },
};

/** Earlier versions that look otherwise. */
const earlierRequest = { devices: { requests: [{ name: "r", deviceClassName: "a" }] } };
const byVersion: Readonly<Record<string, Row>> = {
  "resource.k8s.io/v1beta1/ResourceClaim": { spec: earlierRequest },
  "resource.k8s.io/v1beta1/ResourceClaimTemplate": { spec: { spec: earlierRequest } },
  "resource.k8s.io/v1beta1/ResourceSlice": {
    spec: {
      driver: "gpu.example.com",
      nodeName: "a",
      pool: { name: "a", generation: 1, resourceSliceCount: 1 },
      devices: [{ name: "gpu-0", basic: {} }],
    },
  },
};

/** Where a kind does not leave the name to the user. */
const names: Readonly<Record<string, string>> = {
  "apiextensions.k8s.io/CustomResourceDefinition": "widgets.nothing.example.com",
  "apiregistration.k8s.io/APIService": "v1.other.example.com",
  "networking.k8s.io/IPAddress": "10.96.77.77",
  "internal.apiserver.k8s.io/StorageVersion": "apps.deployments",
};

/** What is posted, or put, to a subresource. */
const bySubresource: Readonly<Record<string, Row>> = {
  eviction: { apiVersion: "policy/v1", kind: "Eviction" },
  binding: { apiVersion: "v1", kind: "Binding", target: { kind: "Node", name: "a" } },
  token: {
    apiVersion: "authentication.k8s.io/v1",
    kind: "TokenRequest",
    spec: { audiences: ["a"], expirationSeconds: 600 },
  },
  scale: { apiVersion: "autoscaling/v1", kind: "Scale", spec: { replicas: 2 } },
};

/** Spec and the like; undefined for a kind that nobody has written one for. */
export function sampleOf(info: KindInfo): Row | undefined {
  return byVersion[`${apiVersionOf(info)}/${info.kind}`] ?? byKind[kindKey(info)];
}

/** What the kind's objects must be called; undefined where any name will do. */
export function fixedNameOf(info: {
  readonly group: string;
  readonly kind: string;
}): string | undefined {
  return names[kindKey(info)];
}

export function subresourceSample(subresource: string): Row | undefined {
  return bySubresource[subresource];
}
