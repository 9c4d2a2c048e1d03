import type { PolicyRule } from "#api/rbac/v1.ts";
import { read, readWrite, rule, urls, write, writesEvents } from "./notation.ts";

export interface RoleSketch {
  readonly name: string;
  readonly rules: readonly PolicyRule[];
  /** This role is a part of the aggregated role of that name. */
  readonly partOf?: string;
  /** Its rules are those of its parts. */
  readonly isAggregated?: boolean;
}

/** What nodes may do; the node authorizer narrows it to what concerns the node. */
export const nodeRules: readonly PolicyRule[] = [
  rule("create", "authentication", "tokenreviews"),
  rule("create", "authorization", "subjectaccessreviews localsubjectaccessreviews"),
  rule(read, "core", "services"),
  rule(`create ${read}`, "core", "nodes"),
  rule("update patch", "core", "nodes/status"),
  rule("update patch", "core", "nodes"),
  writesEvents,
  rule(read, "core", "pods"),
  rule("create delete", "core", "pods"),
  rule("update patch", "core", "pods/status"),
  rule("create", "core", "pods/eviction"),
  rule(read, "core", "secrets configmaps"),
  rule("get", "core", "persistentvolumeclaims persistentvolumes"),
  rule("get", "core", "endpoints"),
  rule(`create ${read}`, "certificates", "certificatesigningrequests"),
  rule("get create update patch delete", "coordination", "leases"),
  rule("get", "storage", "volumeattachments"),
  rule("create", "core", "serviceaccounts/token"),
  rule("get update patch", "core", "persistentvolumeclaims/status"),
  rule(read, "storage", "csidrivers"),
  rule("get create update patch delete", "storage", "csinodes"),
  rule(read, "node", "runtimeclasses"),
  rule("get", "resource", "resourceclaims"),
  rule("deletecollection", "resource", "resourceslices"),
  rule("get", "core", "serviceaccounts"),
];

const viewRules: readonly PolicyRule[] = [
  rule(
    read,
    "core",
    "pods replicationcontrollers replicationcontrollers/scale serviceaccounts services " +
      "services/status endpoints persistentvolumeclaims persistentvolumeclaims/status configmaps",
  ),
  rule(
    read,
    "core",
    "limitranges resourcequotas bindings pods/status resourcequotas/status namespaces/status " +
      "replicationcontrollers/status pods/log",
  ),
  rule(read, "core", "namespaces"),
  rule(read, "core events", "events"),
  rule(read, "discovery", "endpointslices"),
  rule(
    read,
    "apps",
    "controllerrevisions statefulsets statefulsets/status statefulsets/scale daemonsets " +
      "daemonsets/status deployments deployments/status deployments/scale replicasets " +
      "replicasets/status replicasets/scale",
  ),
  rule(read, "autoscaling", "horizontalpodautoscalers horizontalpodautoscalers/status"),
  rule(read, "batch", "jobs cronjobs cronjobs/status jobs/status"),
  rule(
    read,
    "extensions",
    "daemonsets daemonsets/status deployments deployments/scale deployments/status ingresses " +
      "ingresses/status replicasets replicasets/scale replicasets/status " +
      "replicationcontrollers/scale networkpolicies",
  ),
  rule(read, "policy", "poddisruptionbudgets poddisruptionbudgets/status"),
  rule(read, "networking", "networkpolicies ingresses ingresses/status"),
  rule(read, "resource", "resourceclaims resourceclaims/status resourceclaimtemplates"),
];

const editRules: readonly PolicyRule[] = [
  rule(read, "core", "pods/attach pods/proxy pods/exec pods/portforward secrets services/proxy"),
  rule("impersonate", "core", "serviceaccounts"),
  rule(write, "core", "pods pods/attach pods/proxy pods/exec pods/portforward"),
  rule("create", "core", "pods/eviction"),
  rule(
    write,
    "core",
    "replicationcontrollers replicationcontrollers/scale serviceaccounts services " +
      "services/proxy persistentvolumeclaims configmaps secrets",
  ),
  rule("create", "core", "serviceaccounts/token"),
  rule(write, "core events", "events"),
  rule(
    write,
    "apps",
    "statefulsets statefulsets/scale daemonsets deployments deployments/scale " +
      "deployments/rollback replicasets replicasets/scale",
  ),
  rule(write, "autoscaling", "horizontalpodautoscalers"),
  rule(write, "batch", "jobs cronjobs"),
  rule(
    write,
    "extensions",
    "daemonsets deployments deployments/scale deployments/rollback ingresses replicasets " +
      "replicasets/scale replicationcontrollers/scale networkpolicies",
  ),
  rule(write, "policy", "poddisruptionbudgets"),
  rule(write, "networking", "networkpolicies ingresses"),
  rule(readWrite, "coordination", "leases"),
  rule(write, "resource", "resourceclaims resourceclaimtemplates"),
];

const schedulerRules: readonly PolicyRule[] = [
  writesEvents,
  rule("create", "coordination", "leases"),
  rule(`${read} update`, "coordination", "leases", "kube-scheduler"),
  rule(readWrite, "coordination", "leasecandidates"),
  rule(read, "core", "nodes"),
  rule(`${read} delete`, "core", "pods"),
  rule("create", "core", "pods/binding bindings"),
  rule("patch update", "core", "pods/status"),
  rule(read, "core", "services replicationcontrollers"),
  rule(read, "apps extensions", "replicasets"),
  rule(read, "apps", "statefulsets"),
  rule(read, "policy", "poddisruptionbudgets"),
  rule(read, "core", "persistentvolumeclaims persistentvolumes"),
  rule("create", "authentication", "tokenreviews"),
  rule("create", "authorization", "subjectaccessreviews"),
  rule(read, "storage", "csinodes"),
  rule(read, "storage", "volumeattachments"),
  rule(read, "core", "namespaces"),
  rule(read, "storage", "csidrivers"),
  rule(read, "storage", "csistoragecapacities"),
  rule(read, "resource", "deviceclasses"),
  rule(`${read} patch update`, "resource", "resourceclaims"),
  rule(`${read} patch update`, "resource", "resourceclaims/status"),
  rule("update", "core", "pods/finalizers"),
  rule(read, "resource", "resourceslices"),
  // The scheduler makes claims for extended resources that a driver offers.
  rule("create delete", "resource", "resourceclaims"),
  rule("patch update", "resource", "resourceclaims/binding"),
];

const controllerManagerRules: readonly PolicyRule[] = [
  writesEvents,
  rule("create", "coordination", "leases"),
  rule("get update", "coordination", "leases", "kube-controller-manager"),
  rule("create", "core", "secrets serviceaccounts"),
  rule("delete", "core", "secrets"),
  rule("get", "core", "namespaces secrets serviceaccounts configmaps"),
  rule("update", "core", "secrets serviceaccounts"),
  rule("create", "authentication", "tokenreviews"),
  rule("create", "authorization", "subjectaccessreviews"),
  rule("list watch", "*", "*"),
  rule("create", "core", "serviceaccounts/token"),
];

const approver = (name: string, signer: string): RoleSketch => ({
  name: `system:certificates.k8s.io:${name}`,
  rules: [rule("approve", "certificates", "signers", `kubernetes.io/${signer}`)],
});

export const clusterRoles: readonly RoleSketch[] = [
  { name: "cluster-admin", rules: [rule("*", "*", "*"), urls("*", "*")] },
  {
    name: "system:discovery",
    rules: [
      urls(
        "get",
        "/livez /readyz /healthz /version /version/ /openapi /openapi/* /api /api/* /apis /apis/*",
      ),
    ],
  },
  {
    name: "system:monitoring",
    rules: [
      urls(
        "get",
        "/metrics /metrics/slis /livez /readyz /healthz /livez/* /readyz/* /healthz/* /flagz " +
          "/statusz",
      ),
      rule("get", "core", "nodes/metrics"),
    ],
  },
  {
    name: "system:basic-user",
    rules: [
      rule("create", "authorization", "selfsubjectaccessreviews selfsubjectrulesreviews"),
      rule("create", "authentication", "selfsubjectreviews"),
    ],
  },
  {
    name: "system:public-info-viewer",
    rules: [urls("get", "/livez /readyz /healthz /version /version/")],
  },
  { name: "admin", rules: [], isAggregated: true },
  { name: "edit", rules: [], isAggregated: true, partOf: "admin" },
  { name: "view", rules: [], isAggregated: true, partOf: "edit" },
  {
    name: "system:aggregate-to-admin",
    partOf: "admin",
    rules: [
      rule("create", "authorization", "localsubjectaccessreviews"),
      rule(readWrite, "rbac", "roles rolebindings"),
    ],
  },
  { name: "system:aggregate-to-edit", partOf: "edit", rules: editRules },
  { name: "system:aggregate-to-view", partOf: "view", rules: viewRules },
  {
    name: "system:heapster",
    rules: [
      rule(read, "core", "events pods nodes namespaces"),
      rule(read, "extensions", "deployments"),
    ],
  },
  { name: "system:node", rules: nodeRules },
  {
    name: "system:node-problem-detector",
    rules: [rule("get", "core", "nodes"), rule("patch", "core", "nodes/status"), writesEvents],
  },
  {
    name: "system:kubelet-api-admin",
    rules: [
      rule(read, "core", "nodes"),
      rule("proxy", "core", "nodes"),
      rule("*", "core", "nodes/proxy nodes/metrics nodes/stats nodes/log"),
      rule("*", "core", "nodes/configz nodes/healthz nodes/pods"),
    ],
  },
  {
    name: "system:node-bootstrapper",
    rules: [rule(`create ${read}`, "certificates", "certificatesigningrequests")],
  },
  {
    name: "system:auth-delegator",
    rules: [
      rule("create", "authentication", "tokenreviews"),
      rule("create", "authorization", "subjectaccessreviews"),
    ],
  },
  { name: "system:kube-aggregator", rules: [rule(read, "core", "services endpoints")] },
  { name: "system:kube-controller-manager", rules: controllerManagerRules },
  { name: "system:kube-dns", rules: [rule("list watch", "core", "endpoints services")] },
  { name: "system:kube-scheduler", rules: schedulerRules },
  {
    name: "system:persistent-volume-provisioner",
    rules: [
      rule(`${read} create delete`, "core", "persistentvolumes"),
      rule(`${read} update`, "core", "persistentvolumeclaims"),
      rule(read, "storage", "storageclasses"),
      rule("watch", "core", "events"),
      writesEvents,
    ],
  },
  {
    name: "system:certificates.k8s.io:certificatesigningrequests:nodeclient",
    rules: [rule("create", "certificates", "certificatesigningrequests/nodeclient")],
  },
  {
    name: "system:certificates.k8s.io:certificatesigningrequests:selfnodeclient",
    rules: [rule("create", "certificates", "certificatesigningrequests/selfnodeclient")],
  },
  {
    name: "system:volume-scheduler",
    rules: [
      rule(`${read} update patch`, "core", "persistentvolumes"),
      rule(read, "storage", "storageclasses"),
      rule(`${read} update patch`, "core", "persistentvolumeclaims"),
    ],
  },
  approver("legacy-unknown-approver", "legacy-unknown"),
  approver("kubelet-serving-approver", "kubelet-serving"),
  approver("kube-apiserver-client-approver", "kube-apiserver-client"),
  approver("kube-apiserver-client-kubelet-approver", "kube-apiserver-client-kubelet"),
  {
    name: "system:node-proxier",
    rules: [
      rule("list watch", "core", "services endpoints"),
      rule(read, "core", "nodes"),
      writesEvents,
      rule("list watch", "networking", "servicecidrs"),
      rule("list watch", "discovery", "endpointslices"),
    ],
  },
  {
    name: "system:service-account-issuer-discovery",
    rules: [
      urls(
        "get",
        "/.well-known/openid-configuration /.well-known/openid-configuration/ " +
          "/openid/v1/jwks /openid/v1/jwks/",
      ),
    ],
  },
];

/** Groups, users and service accounts (of kube-system) that get a cluster role of that name. */
export interface BindingSketch {
  readonly role: string;
  readonly groups?: readonly string[];
  readonly users?: readonly string[];
  readonly serviceAccounts?: readonly string[];
}

export const clusterRoleBindings: readonly BindingSketch[] = [
  { role: "cluster-admin", groups: ["system:masters"] },
  { role: "system:monitoring", groups: ["system:monitoring"] },
  { role: "system:discovery", groups: ["system:authenticated"] },
  { role: "system:basic-user", groups: ["system:authenticated"] },
  {
    role: "system:public-info-viewer",
    groups: ["system:authenticated", "system:unauthenticated"],
  },
  { role: "system:node-proxier", users: ["system:kube-proxy"] },
  { role: "system:kube-controller-manager", users: ["system:kube-controller-manager"] },
  { role: "system:kube-dns", serviceAccounts: ["kube-dns"] },
  { role: "system:kube-scheduler", users: ["system:kube-scheduler"] },
  { role: "system:volume-scheduler", users: ["system:kube-scheduler"] },
  // The node authorizer does what this binding once did; it is kept for those who want it.
  { role: "system:node" },
  { role: "system:service-account-issuer-discovery", groups: ["system:serviceaccounts"] },
];
