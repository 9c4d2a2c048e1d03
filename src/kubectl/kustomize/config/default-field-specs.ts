import type { FieldSpec } from "../field-spec.ts";
import type { BackReference, TransformerConfig } from "./transformer-config.ts";

/** Where names, labels, images and the rest stand in Kubernetes' own kinds. */
export function defaultTransformerConfig(): TransformerConfig {
  return {
    namePrefix: [at("metadata/name")],
    nameSuffix: [at("metadata/name")],
    namespace: namespaces,
    commonLabels: [...selectors, ...templateLabels],
    labels: [],
    templateLabels,
    commonAnnotations,
    nameReference,
    varReference,
    images: [
      at("spec/containers[]/image", { create: true }),
      at("spec/initContainers[]/image", { create: true }),
      at("spec/template/spec/containers[]/image", { create: true }),
      at("spec/template/spec/initContainers[]/image", { create: true }),
    ],
    replicas: ["Deployment", "ReplicationController", "ReplicaSet", "StatefulSet"].map((kind) =>
      at("spec/replicas", { kind, create: true }),
    ),
  };
}

function at(path: string, rest: Partial<FieldSpec> = {}): FieldSpec {
  return { group: "", version: "", kind: "", create: false, ...rest, path };
}

const namespaces: readonly FieldSpec[] = [
  at("metadata/name", { kind: "Namespace", create: true }),
  at("spec/service/namespace", {
    group: "apiregistration.k8s.io",
    kind: "APIService",
    create: true,
  }),
  at("spec/conversion/webhook/clientConfig/service/namespace", {
    group: "apiextensions.k8s.io",
    kind: "CustomResourceDefinition",
  }),
];

const replicationController = { version: "v1", kind: "ReplicationController" } as const;
const statefulSet = { group: "apps", kind: "StatefulSet" } as const;
const job = { group: "batch", kind: "Job" } as const;
const cronJob = { group: "batch", kind: "CronJob" } as const;

const templateLabels: readonly FieldSpec[] = [
  at("metadata/labels", { create: true }),
  at("spec/template/metadata/labels", { ...replicationController, create: true }),
  at("spec/template/metadata/labels", { kind: "Deployment", create: true }),
  at("spec/template/metadata/labels", { kind: "ReplicaSet", create: true }),
  at("spec/template/metadata/labels", { kind: "DaemonSet", create: true }),
  at("spec/template/metadata/labels", { ...statefulSet, create: true }),
  at("spec/volumeClaimTemplates[]/metadata/labels", { ...statefulSet, create: true }),
  at("spec/template/metadata/labels", { ...job, create: true }),
  at("spec/jobTemplate/metadata/labels", { ...cronJob, create: true }),
  at("spec/jobTemplate/spec/template/metadata/labels", { ...cronJob, create: true }),
];

const commonAnnotations: readonly FieldSpec[] = [
  at("metadata/annotations", { create: true }),
  at("spec/template/metadata/annotations", { ...replicationController, create: true }),
  ...["Deployment", "ReplicaSet", "DaemonSet", "StatefulSet"].map((kind) =>
    at("spec/template/metadata/annotations", { kind, create: true }),
  ),
  at("spec/template/metadata/annotations", { ...job, create: true }),
  at("spec/jobTemplate/metadata/annotations", { ...cronJob, create: true }),
  at("spec/jobTemplate/spec/template/metadata/annotations", { ...cronJob, create: true }),
];

const networkPolicy = { group: "networking.k8s.io", kind: "NetworkPolicy" } as const;

const selectors: readonly FieldSpec[] = [
  at("spec/selector", { version: "v1", kind: "Service", create: true }),
  at("spec/selector", { ...replicationController, create: true }),
  at("spec/selector/matchLabels", { kind: "Deployment", create: true }),
  ...podSelectors({ group: "apps", kind: "Deployment" }),
  at("spec/selector/matchLabels", { kind: "ReplicaSet", create: true }),
  at("spec/selector/matchLabels", { kind: "DaemonSet", create: true }),
  at("spec/selector/matchLabels", { ...statefulSet, create: true }),
  ...podSelectors(statefulSet),
  at("spec/selector/matchLabels", job),
  at("spec/jobTemplate/spec/selector/matchLabels", cronJob),
  at("spec/selector/matchLabels", { group: "policy", kind: "PodDisruptionBudget" }),
  at("spec/podSelector/matchLabels", networkPolicy),
  at("spec/ingress/from/podSelector/matchLabels", networkPolicy),
  at("spec/egress/to/podSelector/matchLabels", networkPolicy),
];

/** The selectors of affinities and spreading in a pod template. */
function podSelectors(kind: Partial<FieldSpec>): FieldSpec[] {
  const pod = "spec/template/spec";
  const preferred = "preferredDuringSchedulingIgnoredDuringExecution/podAffinityTerm";
  const required = "requiredDuringSchedulingIgnoredDuringExecution";
  return [
    ...["podAffinity", "podAntiAffinity"].flatMap((affinity) =>
      [preferred, required].map((terms) =>
        at(`${pod}/affinity/${affinity}/${terms}/labelSelector/matchLabels`, kind),
      ),
    ),
    at(`${pod}/topologySpreadConstraints/labelSelector/matchLabels`, kind),
  ];
}

/** Where each kind has its pod. */
const podPaths = {
  Pod: "spec",
  PodTemplate: "template/spec",
  Deployment: "spec/template/spec",
  ReplicaSet: "spec/template/spec",
  ReplicationController: "spec/template/spec",
  DaemonSet: "spec/template/spec",
  StatefulSet: "spec/template/spec",
  Job: "spec/template/spec",
  CronJob: "spec/jobTemplate/spec/template/spec",
} as const;

type PodKind = keyof typeof podPaths;

function inPods(kinds: readonly PodKind[], fields: readonly string[]): FieldSpec[] {
  return kinds.flatMap((kind) => fields.map((field) => at(`${podPaths[kind]}/${field}`, { kind })));
}

const templated: readonly PodKind[] = [
  "PodTemplate",
  "Deployment",
  "ReplicaSet",
  "DaemonSet",
  "StatefulSet",
  "Job",
  "CronJob",
];

const served: readonly PodKind[] = [
  "Pod",
  "StatefulSet",
  "Deployment",
  "ReplicationController",
  "CronJob",
  "Job",
  "DaemonSet",
];

function envFields(key: string, whole: string): string[] {
  return [
    `containers/env/valueFrom/${key}/name`,
    `initContainers/env/valueFrom/${key}/name`,
    `containers/envFrom/${whole}/name`,
    `initContainers/envFrom/${whole}/name`,
  ];
}

const configMapFields = [
  "volumes/configMap/name",
  ...envFields("configMapKeyRef", "configMapRef"),
  "volumes/projected/sources/configMap/name",
];

const secretFields = [
  "volumes/secret/secretName",
  ...envFields("secretKeyRef", "secretRef"),
  "imagePullSecrets/name",
  "volumes/projected/sources/secret/name",
];

function inPod(fields: readonly string[]): FieldSpec[] {
  return fields.map((field) => at(`spec/${field}`, { kind: "Pod", version: "v1" }));
}

const ingress = { kind: "Ingress" } as const;
const rbac = "rbac.authorization.k8s.io";
const admission = "admissionregistration.k8s.io";

function refer(kind: string, rest: Partial<BackReference>, referrers: FieldSpec[]): BackReference {
  return { group: "", version: "", ...rest, kind, referrers };
}

const scaleTarget = [at("spec/scaleTargetRef/name", { kind: "HorizontalPodAutoscaler" })];

const resourceNames = [
  at("rules/resourceNames", { kind: "Role" }),
  at("rules/resourceNames", { kind: "ClusterRole" }),
];

const roleBinding = { kind: "RoleBinding", group: rbac } as const;
const clusterRoleBinding = { kind: "ClusterRoleBinding", group: rbac } as const;

const nameReference: readonly BackReference[] = [
  refer("Deployment", {}, scaleTarget),
  refer("ReplicationController", {}, scaleTarget),
  refer("ReplicaSet", {}, scaleTarget),
  refer("StatefulSet", {}, scaleTarget),
  refer("ConfigMap", { version: "v1" }, [
    ...inPod(configMapFields),
    ...inPods(templated, configMapFields),
    at("spec/configSource/configMap", { kind: "Node" }),
    ...resourceNames,
    at("metadata/annotations/nginx.ingress.kubernetes.io\\/fastcgi-params-configmap", ingress),
  ]),
  refer("Secret", { version: "v1" }, [
    ...inPod(secretFields),
    ...inPods(templated, secretFields),
    at("spec/tls/secretName", ingress),
    at("metadata/annotations/ingress.kubernetes.io\\/auth-secret", ingress),
    at("metadata/annotations/nginx.ingress.kubernetes.io\\/auth-secret", ingress),
    at("metadata/annotations/nginx.ingress.kubernetes.io\\/auth-tls-secret", ingress),
    at("imagePullSecrets/name", { kind: "ServiceAccount" }),
    ...["secretName", "adminSecretName", "userSecretName", "secretRef"].map((parameter) =>
      at(`parameters/${parameter}`, { kind: "StorageClass" }),
    ),
    ...resourceNames,
    at("spec/template/spec/containers/env/valueFrom/secretKeyRef/name", {
      kind: "Service",
      group: "serving.knative.dev",
      version: "v1",
    }),
    at("spec/azureFile/secretName", { kind: "PersistentVolume" }),
  ]),
  refer("Service", { version: "v1" }, [
    at("spec/serviceName", statefulSet),
    at("spec/rules/http/paths/backend/serviceName", ingress),
    at("spec/backend/serviceName", ingress),
    at("spec/rules/http/paths/backend/service/name", ingress),
    at("spec/defaultBackend/service/name", ingress),
    at("spec/service/name", { kind: "APIService", group: "apiregistration.k8s.io" }),
    at("webhooks/clientConfig/service", {
      kind: "ValidatingWebhookConfiguration",
      group: admission,
    }),
    at("webhooks/clientConfig/service", { kind: "MutatingWebhookConfiguration", group: admission }),
  ]),
  refer("Role", { group: rbac }, [at("roleRef/name", roleBinding)]),
  refer("ClusterRole", { group: rbac }, [
    at("roleRef/name", roleBinding),
    at("roleRef/name", clusterRoleBinding),
  ]),
  refer("ServiceAccount", { version: "v1" }, [
    at("subjects", roleBinding),
    at("subjects", clusterRoleBinding),
    ...inPods(served, ["serviceAccountName"]),
  ]),
  refer("PersistentVolumeClaim", { version: "v1" }, [
    ...inPods(served, ["volumes/persistentVolumeClaim/claimName"]),
  ]),
  refer("PersistentVolume", { version: "v1" }, [
    at("spec/volumeName", { kind: "PersistentVolumeClaim" }),
    at("rules/resourceNames", { kind: "ClusterRole" }),
  ]),
  refer("StorageClass", { version: "v1", group: "storage.k8s.io" }, [
    at("spec/storageClassName", { kind: "PersistentVolume" }),
    at("spec/storageClassName", { kind: "PersistentVolumeClaim" }),
    at("spec/volumeClaimTemplates/spec/storageClassName", { kind: "StatefulSet" }),
  ]),
  refer("PriorityClass", { version: "v1", group: "scheduling.k8s.io" }, [
    ...inPods(served, ["priorityClassName"]),
  ]),
  // The stock group is written so, and hence matches no IngressClass.
  refer("IngressClass", { version: "v1", group: "networking.k8s.io/v1" }, [
    at("spec/ingressClassName", ingress),
  ]),
  refer("ValidatingAdmissionPolicy", { group: admission }, [
    at("spec/policyName", { kind: "ValidatingAdmissionPolicyBinding", group: admission }),
  ]),
];

const varPodKinds: readonly PodKind[] = [
  "CronJob",
  "DaemonSet",
  "Deployment",
  "Job",
  "Pod",
  "ReplicaSet",
  "StatefulSet",
];

const varFields = ["containers", "initContainers"].flatMap((list) =>
  ["args", "command", "env/value", "volumeMounts/mountPath"].map((field) => `${list}/${field}`),
);

const varReference: readonly FieldSpec[] = [
  ...inPods(varPodKinds, varFields),
  ...inPods(["DaemonSet", "Deployment", "Job", "Pod", "ReplicaSet"], ["volumes/nfs/server"]),
  at("spec/jobTemplate/spec/template/volumes/nfs/server", { kind: "CronJob" }),
  at("spec/template/metadata/annotations", { kind: "Deployment" }),
  at("spec/rules/host", ingress),
  at("spec/tls/hosts", ingress),
  at("spec/tls/secretName", ingress),
  at("spec/ports/port", { kind: "Service" }),
  at("spec/ports/targetPort", { kind: "Service" }),
  at("spec/volumeClaimTemplates/spec/nfs/server", { kind: "StatefulSet" }),
  at("spec/nfs/server", { kind: "PersistentVolume" }),
  at("metadata/labels"),
  at("metadata/annotations"),
];
