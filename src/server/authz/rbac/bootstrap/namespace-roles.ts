import type { PolicyRule } from "#api/rbac/v1.ts";
import { read, rule, writesEvents } from "./notation.ts";

export interface NamespaceRoleSketch {
  readonly namespace: string;
  readonly name: string;
  readonly rules: readonly PolicyRule[];
  /** The binding has the role's name unless it says otherwise. */
  readonly binding: {
    readonly name?: string;
    readonly users?: readonly string[];
    /** Of kube-system. */
    readonly serviceAccounts?: readonly string[];
  };
}

const leaderLocking = (component: string, ...others: string[]): NamespaceRoleSketch => ({
  namespace: "kube-system",
  name: `system::leader-locking-${component}`,
  rules: [
    rule(`${read} create update`, "coordination", "leases"),
    rule(`${read} create update`, "coordination", "leasecandidates"),
  ],
  binding: { users: [`system:${component}`], serviceAccounts: [component, ...others] },
});

export const namespaceRoles: readonly NamespaceRoleSketch[] = [
  {
    namespace: "kube-system",
    name: "extension-apiserver-authentication-reader",
    rules: [rule(read, "core", "configmaps", "extension-apiserver-authentication")],
    binding: {
      name: "system::extension-apiserver-authentication-reader",
      users: ["system:kube-controller-manager", "system:kube-scheduler"],
    },
  },
  {
    namespace: "kube-system",
    name: "system:controller:bootstrap-signer",
    rules: [rule(read, "core", "secrets")],
    binding: { serviceAccounts: ["bootstrap-signer"] },
  },
  {
    namespace: "kube-system",
    name: "system:controller:cloud-provider",
    rules: [rule(`create ${read}`, "core", "configmaps")],
    binding: { serviceAccounts: ["cloud-provider"] },
  },
  {
    namespace: "kube-system",
    name: "system:controller:token-cleaner",
    rules: [rule(`${read} delete`, "core", "secrets"), writesEvents],
    binding: { serviceAccounts: ["token-cleaner"] },
  },
  leaderLocking("kube-controller-manager", "leader-election-controller"),
  leaderLocking("kube-scheduler"),
  {
    namespace: "kube-public",
    name: "system:controller:bootstrap-signer",
    rules: [
      rule(read, "core", "configmaps"),
      rule("update", "core", "configmaps", "cluster-info"),
      writesEvents,
    ],
    binding: { serviceAccounts: ["bootstrap-signer"] },
  },
];
