import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { UserInfo } from "../../pipeline/request.ts";
import type { Attributes } from "../authorizer.ts";
import { denial } from "../denial.ts";
import { mastersAuthorizer, unionAuthorizer } from "../union.ts";
import { bootstrapPolicy } from "./bootstrap/policy.ts";
import { planBinding, planRole } from "./bootstrap/reconcile.ts";
import type { AnyRole } from "./bootstrap/reconcile.ts";
import { escalationProblem } from "./escalation.ts";
import { RbacAuthorizer, rulesReviewStatus } from "./rbac.ts";
import { RbacStore } from "./source.ts";
import type { RbacObject } from "./source.ts";

const objects = [
  {
    kind: "ClusterRole",
    metadata: { name: "reader" },
    rules: [
      { verbs: ["get", "list"], apiGroups: [""], resources: ["pods", "pods/log"] },
      { verbs: ["get"], apiGroups: [""], resources: ["configmaps"], resourceNames: ["one"] },
      { verbs: ["update"], apiGroups: ["*"], resources: ["*/scale"] },
      { verbs: ["get"], nonResourceURLs: ["/metrics", "/healthz/*"] },
    ],
  },
  {
    kind: "Role",
    metadata: { name: "writer", namespace: "dev" },
    rules: [{ verbs: ["*"], apiGroups: ["apps"], resources: ["*"] }],
  },
  {
    kind: "ClusterRoleBinding",
    metadata: { name: "readers" },
    roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "ClusterRole", name: "reader" },
    subjects: [{ kind: "Group", name: "readers" }],
  },
  {
    kind: "RoleBinding",
    metadata: { name: "writers", namespace: "dev" },
    roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "Role", name: "writer" },
    subjects: [
      { kind: "User", name: "ann" },
      { kind: "ServiceAccount", name: "deployer" },
    ],
  },
  {
    kind: "RoleBinding",
    metadata: { name: "reads-here", namespace: "dev" },
    roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "ClusterRole", name: "reader" },
    subjects: [{ kind: "ServiceAccount", name: "ci", namespace: "tools" }],
  },
  {
    kind: "ClusterRoleBinding",
    metadata: { name: "dangling" },
    roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "ClusterRole", name: "gone" },
    subjects: [{ kind: "User", name: "bob" }],
  },
] as unknown as RbacObject[];

function newStore() {
  const store = new RbacStore();
  for (const object of objects) store.put(object);
  return store;
}

const user = (name: string, ...groups: string[]): UserInfo => ({ name, groups });

/** "get pods/log dev/name" or "get /path"; the group before the resource: "get apps:deployments". */
function attributes(who: UserInfo, text: string): Attributes {
  const [verb = "", target = "", where = ""] = text.split(" ");
  const base = { user: who, verb, version: "v1", path: target };
  if (target.startsWith("/")) {
    const empty = { group: "", resource: "", subresource: "", namespace: "", name: "" };
    return { ...base, ...empty, isResource: false };
  }
  const [group = "", resources = ""] = target.includes(":") ? target.split(":") : ["", target];
  const [resource = "", subresource = ""] = resources.split("/");
  const [namespace = "", name = ""] = where.split("/");
  return { ...base, isResource: true, group, resource, subresource, namespace, name };
}

describe("RBAC", () => {
  const reader = user("r", "readers");
  const deployer = user("system:serviceaccount:dev:deployer");
  const ci = user("system:serviceaccount:tools:ci");
  const table: [UserInfo, string, string | undefined][] = [
    [
      reader,
      "list pods",
      'ClusterRoleBinding "readers" of ClusterRole "reader" to Group "readers"',
    ],
    [reader, "get pods/log dev/x", 'ClusterRoleBinding "readers"'],
    [reader, "get pods/exec dev/x", undefined],
    [reader, "delete pods dev/x", undefined],
    [reader, "list apps:pods dev", undefined],
    [reader, "get configmaps dev/one", 'ClusterRoleBinding "readers"'],
    [reader, "get configmaps dev/two", undefined],
    [reader, "list configmaps dev", undefined],
    [reader, "update apps:deployments/scale dev/x", 'ClusterRoleBinding "readers"'],
    [reader, "update apps:deployments dev/x", undefined],
    [reader, "get /metrics", 'ClusterRoleBinding "readers"'],
    [reader, "get /healthz/etcd", 'ClusterRoleBinding "readers"'],
    [reader, "get /healthz", undefined],
    [
      user("ann"),
      "delete apps:deployments dev/x",
      'RoleBinding "writers/dev" of Role "writer" to User "ann"',
    ],
    [user("ann"), "delete apps:deployments prod/x", undefined],
    [user("ann"), "list apps:deployments", undefined],
    [deployer, "create apps:deployments dev", 'to ServiceAccount "deployer/dev"'],
    [
      ci,
      "list pods dev",
      'RoleBinding "reads-here/dev" of ClusterRole "reader" to ServiceAccount "ci/tools"',
    ],
    [ci, "list pods", undefined],
    [user("ci"), "list pods dev", undefined],
  ];
  const authorizer = new RbacAuthorizer(newStore());
  for (const [who, text, reason] of table) {
    it(`${who.name} ${reason === undefined ? "may not" : "may"} ${text}`, async () => {
      const decision = authorizer.authorize(attributes(who, text));
      if (reason === undefined) {
        return assert.deepEqual(decision, { decision: "noOpinion", reason: "" });
      }
      assert.equal(decision.decision, "allow");
      assert.ok(decision.reason.startsWith("RBAC: allowed by "), decision.reason);
      assert.ok(decision.reason.includes(reason), decision.reason);
    });
  }

  it("says which role of a binding is missing", async () => {
    const asked = attributes(user("bob"), "list pods");
    const { reason } = authorizer.authorize(asked);
    assert.equal(reason, 'RBAC: clusterrole.rbac.authorization.k8s.io "gone" not found');
    assert.equal(
      denial(asked, reason).message,
      'pods is forbidden: User "bob" cannot list resource "pods" in API group "" at the cluster ' +
        `scope: ${reason}`,
    );
  });

  it("words its refusals as upstream", () => {
    const messages: [string, string][] = [
      [
        "get pods/log default/x",
        'pods "x" is forbidden: User "ann" cannot get resource "pods/log" in API group "" in the ' +
          'namespace "default"',
      ],
      [
        "list apps:deployments",
        'deployments.apps is forbidden: User "ann" cannot list resource "deployments" in API ' +
          'group "apps" at the cluster scope',
      ],
      ["get /healthz", 'forbidden: User "ann" cannot get path "/healthz"'],
    ];
    for (const [text, message] of messages) {
      assert.equal(denial(attributes(user("ann"), text), "").message, message);
    }
  });

  it("decides anew when something changes", () => {
    const store = newStore();
    const changing = new RbacAuthorizer(store);
    const asked = attributes(user("ann"), "delete apps:deployments dev/x");
    const isAllowed = () => changing.authorize(asked).decision === "allow";
    const binding = objects.find(({ metadata }) => metadata.name === "writers");
    assert.ok(binding);
    assert.equal(isAllowed(), true);
    store.remove(binding);
    assert.equal(isAllowed(), false);
    store.put(binding);
    assert.equal(isAllowed(), true);
    store.replace("RoleBinding", []);
    assert.equal(isAllowed(), false);
  });

  it("lists rules", () => {
    const status = rulesReviewStatus(authorizer, user("bob", "readers"), "dev");
    assert.equal(status.incomplete, false);
    assert.match(status.evaluationError ?? "", /"gone" not found/);
    assert.deepEqual(status.nonResourceRules, [
      { verbs: ["get"], nonResourceURLs: ["/metrics", "/healthz/*"] },
    ]);
    assert.deepEqual(status.resourceRules[1], {
      verbs: ["get"],
      apiGroups: [""],
      resources: ["configmaps"],
      resourceNames: ["one"],
    });
  });

  it("lets masters do everything", async () => {
    const union = unionAuthorizer(mastersAuthorizer, authorizer);
    const asked = attributes(user("x", "system:masters"), "delete nodes /a");
    assert.equal((await union.authorize(asked)).decision, "allow");
  });
});

describe("escalation", () => {
  const own = {
    rules: [{ verbs: ["get", "list"], apiGroups: [""], resources: ["pods"] }],
    errors: [],
  };
  const ann = user("ann", "dev", "system:authenticated");

  it("is none when the rights are held", () => {
    const granted = { verbs: ["list"], apiGroups: [""], resources: ["pods"], resourceNames: ["x"] };
    assert.equal(escalationProblem(ann, own, [granted]), undefined);
  });

  it("names what is missing, in few words", () => {
    assert.equal(
      escalationProblem(ann, own, [
        { verbs: ["get", "delete", "patch"], apiGroups: [""], resources: ["pods", "secrets"] },
        { verbs: ["get"], nonResourceURLs: ["/metrics"] },
      ]),
      'user "ann" (groups=["dev" "system:authenticated"]) is attempting to grant RBAC permissions ' +
        "not currently held:\n" +
        '{APIGroups:[""], Resources:["pods"], Verbs:["delete" "patch"]}\n' +
        '{APIGroups:[""], Resources:["secrets"], Verbs:["get" "delete" "patch"]}\n' +
        '{NonResourceURLs:["/metrics"], Verbs:["get"]}',
    );
  });

  it("is none for wildcards that cover", () => {
    const all = [{ verbs: ["*"], apiGroups: ["*"], resources: ["*/scale"] }];
    const granted = { verbs: ["get"], apiGroups: ["apps"], resources: ["deployments/scale"] };
    assert.equal(escalationProblem(ann, { rules: all, errors: [] }, [granted]), undefined);
  });
});

describe("bootstrap policy", () => {
  const policy = bootstrapPolicy();
  const store = new RbacStore();
  for (const role of policy.clusterRoles) store.put(role as RbacObject);
  for (const binding of policy.clusterRoleBindings) store.put(binding as RbacObject);
  for (const role of policy.roles) store.put(role as RbacObject);
  for (const binding of policy.roleBindings) store.put(binding as RbacObject);
  const authorizer = new RbacAuthorizer(store);

  const everybody = ["system:authenticated"];
  const can: [UserInfo, string, boolean][] = [
    [user("a", ...everybody), "get /api/v1", true],
    [user("a", ...everybody), "create authorization.k8s.io:selfsubjectaccessreviews", true],
    [user("a", ...everybody), "list pods", false],
    [user("system:anonymous", "system:unauthenticated"), "get /readyz", true],
    [user("system:anonymous", "system:unauthenticated"), "get /api/v1", false],
    [user("system:kube-scheduler"), "create pods/binding default/x", true],
    [
      user("system:kube-scheduler"),
      "update coordination.k8s.io:leases kube-system/kube-scheduler",
      true,
    ],
    [user("system:kube-scheduler"), "update coordination.k8s.io:leases default/other", false],
    [user("system:kube-scheduler"), "list configmaps kube-system", false],
    [user("system:kube-proxy"), "watch discovery.k8s.io:endpointslices", true],
    [user("system:serviceaccount:kube-system:job-controller"), "create pods x", true],
    [user("system:serviceaccount:default:job-controller"), "create pods x", false],
    [user("x", "system:serviceaccounts"), "get /openid/v1/jwks", true],
  ];
  for (const [who, text, expected] of can) {
    it(`${who.name} ${expected ? "may" : "may not"} ${text}`, async () => {
      const { decision } = authorizer.authorize(attributes(who, text));
      assert.equal(decision === "allow", expected);
    });
  }

  it("adds to what is there, and takes nothing away", () => {
    const role = {
      metadata: { name: "r", labels: { a: "1" }, annotations: {} },
      rules: [{ verbs: ["get"], apiGroups: [""], resources: ["pods"] }],
    };
    const more = { verbs: ["list"], apiGroups: [""], resources: ["pods"] };
    assert.deepEqual(planRole(role, role), { action: "keep" });
    const wanted = { metadata: { name: "r", labels: { a: "2", b: "2" } }, rules: [more] };
    const plan = planRole<AnyRole>(role, { ...role, ...wanted });
    assert.ok(plan.action === "update");
    assert.deepEqual(plan.object.rules, [...role.rules, more]);
    assert.deepEqual(plan.object.metadata.labels, { a: "1", b: "2" });
    const binding = { metadata: { name: "b" }, roleRef: { kind: "ClusterRole", name: "r" } };
    const other = { ...binding, roleRef: { kind: "ClusterRole", name: "q" } };
    assert.deepEqual(planBinding(binding, other), { action: "replace" });
    assert.deepEqual(planBinding(binding, binding), { action: "keep" });
  });
});
