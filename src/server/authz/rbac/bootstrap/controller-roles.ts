import type { PolicyRule } from "#api/rbac/v1.ts";
import { read, rule, writesEvents } from "./notation.ts";

/**
 * What each controller may do, by the name of its service account in kube-system. Its role and
 * binding are called `system:controller:NAME`.
 */
export const controllerRules: Readonly<Record<string, readonly PolicyRule[]>> = {
  "attachdetach-controller": [
    rule("list watch", "core", "persistentvolumes persistentvolumeclaims"),
    rule(read, "core", "nodes"),
    rule("patch update", "core", "nodes/status"),
    rule("list watch", "core", "pods"),
    writesEvents,
    rule("get create delete list watch", "storage", "volumeattachments"),
    rule(read, "storage", "csidrivers"),
    rule(read, "storage", "csinodes"),
  ],
  "clusterrole-aggregation-controller": [
    rule(`escalate ${read} update patch`, "rbac", "clusterroles"),
  ],
  "cronjob-controller": [
    rule(`${read} update`, "batch", "cronjobs"),
    rule(`${read} create update delete patch`, "batch", "jobs"),
    rule("update", "batch", "cronjobs/status"),
    rule("update", "batch", "cronjobs/finalizers"),
    rule("list watch delete", "core", "pods"),
    writesEvents,
  ],
  "daemon-set-controller": [
    rule(read, "extensions apps", "daemonsets"),
    rule("update", "extensions apps", "daemonsets/status"),
    rule("update", "extensions apps", "daemonsets/finalizers"),
    rule("list watch", "core", "nodes"),
    rule("list watch create delete patch", "core", "pods"),
    rule("create", "core", "pods/binding"),
    rule(`${read} create delete update patch`, "apps", "controllerrevisions"),
    writesEvents,
  ],
  "deployment-controller": [
    rule(`${read} update`, "extensions apps", "deployments"),
    rule("update", "extensions apps", "deployments/status"),
    rule("update", "extensions apps", "deployments/finalizers"),
    rule(`${read} create update patch delete`, "apps extensions", "replicasets"),
    rule(`${read} update`, "core", "pods"),
    writesEvents,
  ],
  "device-taint-eviction-controller": [
    rule(`${read} delete`, "core", "pods"),
    rule("update patch", "core", "pods/status"),
    rule(read, "resource", "resourceclaims"),
    rule(read, "resource", "resourceslices"),
    rule(read, "resource", "deviceclasses"),
    writesEvents,
  ],
  "disruption-controller": [
    rule(read, "extensions apps", "deployments"),
    rule(read, "apps extensions", "replicasets"),
    rule(read, "core", "replicationcontrollers"),
    rule(read, "policy", "poddisruptionbudgets"),
    rule(read, "apps", "statefulsets"),
    rule("update", "policy", "poddisruptionbudgets/status"),
    rule("patch update", "core", "pods/status"),
    rule("get", "*", "*/scale"),
    writesEvents,
  ],
  "endpoint-controller": [
    rule(read, "core", "services pods"),
    rule(`${read} create update delete`, "core", "endpoints"),
    rule("create", "core", "endpoints/restricted"),
    writesEvents,
  ],
  "endpointslice-controller": [
    rule(read, "core", "services pods nodes"),
    rule("update", "core", "services/finalizers"),
    rule(`${read} create update delete`, "discovery", "endpointslices"),
    writesEvents,
  ],
  "endpointslicemirroring-controller": [
    rule(read, "core", "services endpoints"),
    rule("update", "core", "services/finalizers"),
    rule("update", "core", "endpoints/finalizers"),
    rule(`${read} create update delete`, "discovery", "endpointslices"),
    writesEvents,
  ],
  "expand-controller": [
    rule(`${read} update patch`, "core", "persistentvolumes"),
    rule("update patch", "core", "persistentvolumeclaims/status"),
    rule(read, "core", "persistentvolumeclaims"),
    writesEvents,
  ],
  "ephemeral-volume-controller": [
    rule(read, "core", "pods"),
    rule("update", "core", "pods/finalizers"),
    rule(`${read} create`, "core", "persistentvolumeclaims"),
    writesEvents,
  ],
  "resource-claim-controller": [
    rule(read, "core", "pods"),
    rule("update", "core", "pods/finalizers"),
    rule(`${read} create delete`, "resource", "resourceclaims"),
    rule("update patch", "resource", "resourceclaims resourceclaims/status"),
    rule("update patch", "core", "pods/status"),
    writesEvents,
    rule("update patch", "resource", "resourceclaims/binding"),
  ],
  "generic-garbage-collector": [rule(`${read} patch update delete`, "*", "*"), writesEvents],
  "horizontal-pod-autoscaler": [
    rule(read, "autoscaling", "horizontalpodautoscalers"),
    rule("update", "autoscaling", "horizontalpodautoscalers/status"),
    rule("get update", "*", "*/scale"),
    rule("list watch", "core", "pods"),
    rule("list watch", "metrics.k8s.io", "pods"),
    rule(read, "custom.metrics.k8s.io", "*"),
    rule(read, "external.metrics.k8s.io", "*"),
    writesEvents,
  ],
  "job-controller": [
    rule(`${read} update patch`, "batch", "jobs"),
    rule("update", "batch", "jobs/status"),
    rule("update", "batch", "jobs/finalizers"),
    rule("list watch create delete patch", "core", "pods"),
    writesEvents,
  ],
  "namespace-controller": [
    rule(`${read} delete`, "core", "namespaces"),
    rule("update", "core", "namespaces/finalize namespaces/status"),
    rule(`${read} delete deletecollection`, "*", "*"),
  ],
  "node-controller": [
    rule(`${read} update delete patch`, "core", "nodes"),
    rule("patch update", "core", "nodes/status"),
    rule("patch update", "core", "pods/status"),
    rule(`${read} delete`, "core", "pods"),
    writesEvents,
  ],
  "persistent-volume-binder": [
    rule(`${read} update create delete`, "core", "persistentvolumes"),
    rule("update", "core", "persistentvolumes/status"),
    rule(`${read} update`, "core", "persistentvolumeclaims"),
    rule("update", "core", "persistentvolumeclaims/status"),
    rule(`${read} create delete`, "core", "pods"),
    rule(read, "storage", "storageclasses"),
    rule("list watch", "core", "nodes"),
    writesEvents,
    rule("watch", "core", "events"),
  ],
  "pod-garbage-collector": [
    rule("list watch delete", "core", "pods"),
    rule(read, "core", "nodes"),
    rule("patch", "core", "pods/status"),
  ],
  "replicaset-controller": [
    rule(`${read} update`, "apps extensions", "replicasets"),
    rule("update", "apps extensions", "replicasets/status"),
    rule("update", "apps extensions", "replicasets/finalizers"),
    rule("list watch patch create delete", "core", "pods"),
    writesEvents,
  ],
  "replication-controller": [
    rule(`${read} update`, "core", "replicationcontrollers"),
    rule("update", "core", "replicationcontrollers/status"),
    rule("update", "core", "replicationcontrollers/finalizers"),
    rule("list watch patch create delete", "core", "pods"),
    writesEvents,
  ],
  "resourcequota-controller": [
    rule("list watch", "*", "*"),
    rule("update", "core", "resourcequotas/status"),
    writesEvents,
  ],
  "route-controller": [
    rule("list watch", "core", "nodes"),
    rule("patch", "core", "nodes/status"),
    writesEvents,
  ],
  "service-account-controller": [rule("create", "core", "serviceaccounts"), writesEvents],
  "service-controller": [
    rule(read, "core", "services"),
    rule("patch update", "core", "services/status"),
    rule("list watch", "core", "nodes"),
    writesEvents,
  ],
  "service-cidrs-controller": [
    rule(`${read} patch update`, "networking", "servicecidrs"),
    rule("patch update", "networking", "servicecidrs/finalizers"),
    rule("patch update", "networking", "servicecidrs/status"),
    rule(read, "networking", "ipaddresses"),
    writesEvents,
  ],
  "statefulset-controller": [
    rule("list watch", "core", "pods"),
    rule(read, "apps", "statefulsets"),
    rule("update", "apps", "statefulsets/status"),
    rule("update", "apps", "statefulsets/finalizers"),
    rule("get create delete update patch", "core", "pods"),
    rule(`${read} create delete update patch`, "apps", "controllerrevisions"),
    rule(`${read} create`, "core", "persistentvolumeclaims"),
    rule("update delete", "core", "persistentvolumeclaims"),
    rule("update", "core", "pods/finalizers"),
    writesEvents,
  ],
  "ttl-controller": [rule("update patch list watch", "core", "nodes"), writesEvents],
  "certificate-controller": [
    rule(`${read} delete`, "certificates", "certificatesigningrequests"),
    rule(
      "update",
      "certificates",
      "certificatesigningrequests/status certificatesigningrequests/approval",
    ),
    rule("approve", "certificates", "signers", "kubernetes.io/kube-apiserver-client-kubelet"),
    rule(
      "sign",
      "certificates",
      "signers",
      "kubernetes.io/legacy-unknown kubernetes.io/kube-apiserver-client " +
        "kubernetes.io/kube-apiserver-client-kubelet kubernetes.io/kubelet-serving",
    ),
    rule("create", "authorization", "subjectaccessreviews"),
    writesEvents,
  ],
  "pvc-protection-controller": [
    rule(`${read} update`, "core", "persistentvolumeclaims"),
    rule("update", "core", "persistentvolumeclaims/status"),
    rule(read, "core", "pods"),
    writesEvents,
  ],
  "pv-protection-controller": [rule(`${read} update`, "core", "persistentvolumes"), writesEvents],
  "volumeattributesclass-protection-controller": [
    rule(read, "core", "persistentvolumeclaims"),
    rule(read, "core", "persistentvolumes"),
    rule(`${read} update`, "storage", "volumeattributesclasses"),
    writesEvents,
  ],
  "ttl-after-finished-controller": [rule(`${read} delete`, "batch", "jobs"), writesEvents],
  "root-ca-cert-publisher": [rule("create update", "core", "configmaps"), writesEvents],
  "validatingadmissionpolicy-status-controller": [
    rule(read, "admission", "validatingadmissionpolicies"),
    rule("get patch update", "admission", "validatingadmissionpolicies/status"),
    writesEvents,
  ],
  "legacy-service-account-token-cleaner": [
    rule("get", "core", "configmaps", "kube-apiserver-legacy-service-account-token-tracking"),
    rule("patch delete", "core", "secrets"),
  ],
  "selinux-warning-controller": [
    writesEvents,
    rule(read, "core", "persistentvolumes"),
    rule(read, "core", "persistentvolumeclaims"),
    rule(read, "core", "pods"),
    rule(read, "storage", "csidrivers"),
  ],
};

/** The same for controllers of kinds that are not served by default, by kind. */
export const controllerRulesOfKinds: Readonly<
  Record<string, Readonly<Record<string, readonly PolicyRule[]>>>
> = {
  PodCertificateRequest: {
    podcertificaterequestcleaner: [
      rule(`${read} delete`, "certificates", "podcertificaterequests"),
    ],
  },
  StorageVersionMigration: {
    "storage-version-migrator-controller": [
      rule("list create patch", "*", "*"),
      rule("get", "apiextensions.k8s.io", "customresourcedefinitions"),
      rule("patch", "apiextensions.k8s.io", "customresourcedefinitions/status"),
      rule("update", "storagemigration.k8s.io", "storageversionmigrations/status"),
    ],
  },
};
