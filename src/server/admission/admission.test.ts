import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { Namespace, Node, PersistentVolumeClaim, Pod } from "#api/core/v1.ts";
import { Deployment } from "#api/apps/v1.ts";
import { PriorityClass } from "#api/scheduling/v1.ts";
import { ClusterRole, ClusterRoleBinding } from "#api/rbac/v1.ts";
import { CertificateSigningRequest } from "#api/certificates/v1.ts";
import { StatusError } from "#machinery/status.ts";
import { createCertificateRequest } from "#pki/certificate.ts";
import { createSigningKey } from "#pki/keys.ts";
import { allow, noOpinion } from "../authz/authorizer.ts";
import type { Authorizer } from "../authz/authorizer.ts";
import { RbacAuthorizer } from "../authz/rbac/rbac.ts";
import { RbacStore } from "../authz/rbac/source.ts";
import type { RbacObject } from "../authz/rbac/source.ts";
import { certificateApproval, certificateSigning } from "./certificates/plugins.ts";
import { admissionPlugins, defaultAdmission } from "./default.ts";
import type { AdmissionOptions } from "./default.ts";
import {
  FakeObjects,
  accounts,
  admit,
  namespaces,
  plugin,
  pod,
  refusedWith,
} from "./fake.test-support.ts";
import type { Asked } from "./fake.test-support.ts";
import { metadataOf } from "./refusal.ts";
import { rbacEscalationCheck } from "./rbac-escalation/plugin.ts";

describe("admission", () => {
  it("has upstream's order", () => {
    assert.deepEqual(
      defaultAdmission(new FakeObjects().environment).map(({ name }) => name),
      [
        "NamespaceLifecycle",
        "LimitRanger",
        "ServiceAccount",
        "NodeRestriction",
        "TaintNodesByCondition",
        "PodSecurity",
        "Priority",
        "DefaultTolerationSeconds",
        "DefaultStorageClass",
        "StorageObjectInUseProtection",
        "PersistentVolumeClaimResize",
        "RuntimeClass",
        "CertificateSubjectRestriction",
        "DefaultIngressClass",
        "PodTopologyLabels",
        "PodGroupWorkloadExists",
        "NodeDeclaredFeatureValidator",
        "PodResizeValidator",
        "MutatingAdmissionPolicy",
        "MutatingAdmissionWebhook",
        "ValidatingAdmissionPolicy",
        "ValidatingAdmissionWebhook",
        "ResourceQuota",
      ],
    );
  });

  it("leaves out and refuses plugins by name", () => {
    const { environment } = new FakeObjects();
    const names = (options: AdmissionOptions) =>
      admissionPlugins(environment, options).map(({ name }) => name);
    assert.equal(names({ disable: ["LimitRanger"] }).includes("LimitRanger"), false);
    assert.equal(names({ enable: ["LimitRanger"] }).includes("LimitRanger"), true);
    const refused: [AdmissionOptions, RegExp][] = [
      [{ enable: ["Nope"] }, /^enable-admission-plugins plugin "Nope" is unknown$/],
      [{ disable: ["Nope"] }, /^disable-admission-plugins plugin "Nope" is unknown$/],
      [{ enable: ["EventRateLimit"] }, /"EventRateLimit" is not part of this server$/],
      [
        { enable: ["Priority"], disable: ["Priority"] },
        /^\[Priority\] in enable-admission-plugins/,
      ],
    ];
    for (const [options, message] of refused) {
      assert.throws(() => names(options), { message });
    }
  });
});

describe("refusals", () => {
  const limits = {
    kind: "LimitRange",
    metadata: { name: "l", namespace: "default" },
    spec: {
      limits: [
        { type: "Container", max: { memory: "1Gi" }, min: { cpu: "100m" } },
        { type: "PersistentVolumeClaim", max: { storage: "1Gi" } },
      ],
    },
  };
  const claim = {
    kind: "PersistentVolumeClaim",
    metadata: { name: "data", namespace: "default" },
    spec: { resources: { requests: { storage: "2Gi" } } },
  };
  const priorityClass = (name: string) => ({
    kind: "PriorityClass",
    metadata: { name },
    value: 5,
    globalDefault: true,
  });
  const restricted = {
    kind: "Namespace",
    metadata: {
      name: "safe",
      labels: { "pod-security.kubernetes.io/enforce": "restricted" },
    },
    status: {},
  };
  const table: [plugin: string, objects: object[], Asked, code: number, message: string][] = [
    [
      "NamespaceLifecycle",
      [],
      { type: Pod, object: pod({}, { namespace: "nope" }) },
      404,
      'namespaces "nope" not found',
    ],
    [
      "NamespaceLifecycle",
      [],
      { type: Pod, object: pod({}, { namespace: "ending" }) },
      403,
      'pods "web" is forbidden: unable to create new content in namespace ending because it is ' +
        "being terminated",
    ],
    [
      "NamespaceLifecycle",
      [],
      { type: Namespace, operation: "DELETE", name: "kube-system" },
      403,
      'namespaces "kube-system" is forbidden: this namespace may not be deleted',
    ],
    [
      "ServiceAccount",
      [],
      {
        type: Pod,
        object: pod({ serviceAccountName: "x" }, { name: undefined, generateName: "web-" }),
      },
      403,
      'pods "web-" is forbidden: error looking up service account default/x: serviceaccount "x" ' +
        "not found",
    ],
    [
      "ServiceAccount",
      [],
      {
        type: Pod,
        object: pod(
          { serviceAccountName: "default" },
          { annotations: { "kubernetes.io/config.mirror": "1" } },
        ),
      },
      403,
      'pods "web" is forbidden: a mirror pod may not reference service accounts',
    ],
    [
      "Priority",
      [],
      { type: Pod, object: pod({ priorityClassName: "x" }) },
      403,
      'pods "web" is forbidden: no PriorityClass with name x was found',
    ],
    [
      "Priority",
      [],
      { type: Pod, object: pod({ priority: 7 }) },
      403,
      'pods "web" is forbidden: the integer value of priority (7) must not be provided in pod ' +
        "spec; priority admission controller computed 0 from the given PriorityClass name",
    ],
    [
      "Priority",
      [priorityClass("one")],
      { type: PriorityClass, object: priorityClass("two") },
      403,
      'priorityclasses.scheduling.k8s.io "two" is forbidden: PriorityClass one is already marked ' +
        "as default. Only one default can exist",
    ],
    [
      "LimitRanger",
      [limits],
      {
        type: Pod,
        object: pod({
          containers: [
            { name: "c", resources: { requests: { cpu: "50m" }, limits: { memory: "2Gi" } } },
          ],
        }),
      },
      403,
      'pods "web" is forbidden: [minimum cpu usage per Container is 100m, but request is 50m, ' +
        "maximum memory usage per Container is 1Gi, but limit is 2Gi]",
    ],
    [
      "LimitRanger",
      [limits],
      { type: PersistentVolumeClaim, object: claim },
      403,
      'persistentvolumeclaims "data" is forbidden: maximum storage usage per ' +
        "PersistentVolumeClaim is 1Gi, but request is 2Gi",
    ],
    [
      "PodSecurity",
      [restricted],
      { type: Pod, object: pod({ hostNetwork: true }, { namespace: "safe" }) },
      403,
      'pods "web" is forbidden: violates PodSecurity "restricted:latest": host namespaces ' +
        '(hostNetwork=true), allowPrivilegeEscalation != false (container "c" must set ' +
        "securityContext.allowPrivilegeEscalation=false), unrestricted capabilities (container " +
        '"c" must set securityContext.capabilities.drop=["ALL"]), runAsNonRoot != true (pod or ' +
        'container "c" must set securityContext.runAsNonRoot=true), seccompProfile (pod or ' +
        'container "c" must set securityContext.seccompProfile.type to "RuntimeDefault" or ' +
        '"Localhost")',
    ],
    [
      "RuntimeClass",
      [],
      { type: Pod, object: pod({ runtimeClassName: "gvisor" }) },
      403,
      'pods "web" is forbidden: pod rejected: RuntimeClass "gvisor" not found',
    ],
  ];
  for (const [name, objects, asked, code, message] of table) {
    it(`${name}: ${message.slice(0, 90)}`, async () => {
      await refusedWith(admit(plugin(name, ...objects).found, asked), code, message);
    });
  }

  it("tell that a namespace ends", async () => {
    const { found } = plugin("NamespaceLifecycle");
    const asked = { type: Pod, object: pod({}, { namespace: "ending" }) };
    await assert.rejects(admit(found, asked), (error) => {
      assert.ok(error instanceof StatusError);
      const [cause] = error.status.details?.causes ?? [];
      assert.equal(cause?.reason, "NamespaceTerminating");
      return true;
    });
  });

  it("leave alone what may pass", async () => {
    const { found } = plugin("NamespaceLifecycle");
    await admit(found, { type: Pod, object: pod() });
    await admit(found, { type: Pod, operation: "DELETE", namespace: "ending", name: "x" });
    await admit(found, { type: Node, object: { kind: "Node", metadata: { name: "n" } } });
    await admit(found, { type: Namespace, operation: "DELETE", name: "mine" });
  });
});

describe("what plugins fill in", () => {
  const specOf = (result: { object: unknown }) =>
    (result.object as { spec: Record<string, unknown> }).spec;

  it("a token, where clients look for it", async () => {
    const { found } = plugin("ServiceAccount");
    const spec = specOf(await admit(found, { type: Pod, object: pod() }));
    assert.equal(spec["serviceAccountName"], "default");
    assert.equal(spec["serviceAccount"], "default");
    const [volume] = spec["volumes"] as { name: string; projected: { sources: object[] } }[];
    assert.match(volume?.name ?? "", /^kube-api-access-[a-z0-9]{5}$/);
    assert.deepEqual(volume?.projected, {
      defaultMode: 420,
      sources: [
        { serviceAccountToken: { path: "token", expirationSeconds: 3607 } },
        { configMap: { name: "kube-root-ca.crt", items: [{ key: "ca.crt", path: "ca.crt" }] } },
        {
          downwardAPI: {
            items: [
              {
                path: "namespace",
                fieldRef: { apiVersion: "v1", fieldPath: "metadata.namespace" },
              },
            ],
          },
        },
      ],
    });
    const [container] = spec["containers"] as { volumeMounts: object[] }[];
    assert.deepEqual(container?.volumeMounts, [
      {
        name: volume?.name,
        readOnly: true,
        mountPath: "/var/run/secrets/kubernetes.io/serviceaccount",
      },
    ]);
  });

  it("no token where the account or the pod does not want one", async () => {
    const { found } = plugin("ServiceAccount");
    const quiet = { type: Pod, object: pod({ serviceAccountName: "quiet" }) };
    const spec = specOf(await admit(found, quiet));
    assert.equal(spec["volumes"], undefined);
    assert.deepEqual(spec["imagePullSecrets"], [{ name: "pull" }]);
    const own = pod({ automountServiceAccountToken: false });
    assert.equal(specOf(await admit(found, { type: Pod, object: own }))["volumes"], undefined);
  });

  it("waits for the namespace's default account", async () => {
    const fake = new FakeObjects().put(...namespaces);
    const found = defaultAdmission(fake.environment).find(({ name }) => name === "ServiceAccount");
    assert.ok(found);
    const admitted = admit(found, { type: Pod, object: pod() });
    await fake.clock.advance(150);
    fake.put(...accounts);
    await fake.clock.advance(100);
    assert.equal(specOf(await admitted)["serviceAccountName"], "default");
  });

  it("tolerations", async () => {
    const { found } = plugin("DefaultTolerationSeconds");
    const own = { key: "node.kubernetes.io/not-ready", operator: "Exists", effect: "NoExecute" };
    const spec = specOf(await admit(found, { type: Pod, object: pod({ tolerations: [own] }) }));
    assert.deepEqual(spec["tolerations"], [
      own,
      {
        key: "node.kubernetes.io/unreachable",
        operator: "Exists",
        effect: "NoExecute",
        tolerationSeconds: 300,
      },
    ]);
    const all = pod({ tolerations: [{ operator: "Exists" }] });
    assert.deepEqual(specOf(await admit(found, { type: Pod, object: all }))["tolerations"], [
      { operator: "Exists" },
    ]);
  });

  const critical = {
    kind: "PriorityClass",
    metadata: { name: "high" },
    value: 9,
    globalDefault: true,
  };
  const priorities: [string, object[], object, [unknown, unknown, unknown]][] = [
    ["none", [], {}, [undefined, 0, "PreemptLowerPriority"]],
    ["the default class", [critical], {}, ["high", 9, "PreemptLowerPriority"]],
    [
      "a class of the system",
      [],
      { priorityClassName: "system-node-critical" },
      ["system-node-critical", 2_000_001_000, "PreemptLowerPriority"],
    ],
  ];
  for (const [what, objects, given, expected] of priorities) {
    it(`priority: ${what}`, async () => {
      const { found } = plugin("Priority", ...objects);
      const spec = specOf(await admit(found, { type: Pod, object: pod(given) }));
      const actual = [spec["priorityClassName"], spec["priority"], spec["preemptionPolicy"]];
      assert.deepEqual(actual, expected);
    });
  }

  it("a taint on new nodes", async () => {
    const { found } = plugin("TaintNodesByCondition");
    const node = { kind: "Node", metadata: { name: "n" }, spec: {} };
    assert.deepEqual(specOf(await admit(found, { type: Node, object: node }))["taints"], [
      { key: "node.kubernetes.io/not-ready", effect: "NoSchedule" },
    ]);
  });

  it("defaults of a limit range", async () => {
    const { found } = plugin("LimitRanger", {
      kind: "LimitRange",
      metadata: { name: "l", namespace: "default" },
      spec: {
        limits: [
          {
            type: "Container",
            default: { cpu: "1", memory: "1Gi" },
            defaultRequest: { cpu: "500m" },
          },
        ],
      },
    });
    const { object } = await admit(found, { type: Pod, object: pod() });
    const [container] = specOf({ object })["containers"] as { resources: object }[];
    assert.deepEqual(container?.resources, {
      requests: { cpu: "500m" },
      limits: { cpu: "1", memory: "1Gi" },
    });
    assert.deepEqual(metadataOf(object).annotations, {
      "kubernetes.io/limit-ranger":
        "LimitRanger plugin set: cpu request for container c; cpu, memory limit for container c",
    });
  });

  it("a storage class, and protection of volumes", async () => {
    const storageClass = (name: string, creationTimestamp: string, isDefault: string) => ({
      kind: "StorageClass",
      metadata: {
        name,
        creationTimestamp,
        annotations: { "storageclass.kubernetes.io/is-default-class": isDefault },
      },
    });
    const { found, fake } = plugin(
      "DefaultStorageClass",
      storageClass("old", "2025-01-01T00:00:00Z", "true"),
      storageClass("new", "2025-02-01T00:00:00Z", "true"),
      storageClass("newest", "2025-03-01T00:00:00Z", "false"),
    );
    const claim = (spec: object) => ({
      type: PersistentVolumeClaim,
      object: {
        kind: "PersistentVolumeClaim",
        metadata: { name: "c", namespace: "default" },
        spec,
      },
    });
    assert.equal(specOf(await admit(found, claim({})))["storageClassName"], "new");
    const none = claim({ storageClassName: "" });
    assert.equal(specOf(await admit(found, none))["storageClassName"], "");
    const protection = defaultAdmission(fake.environment).find(
      ({ name }) => name === "StorageObjectInUseProtection",
    );
    assert.ok(protection);
    const { object } = await admit(protection, claim({}));
    assert.deepEqual(metadataOf(object).finalizers, ["kubernetes.io/pvc-protection"]);
  });

  it("a warning for templates that will make no pods", async () => {
    const { found } = plugin("PodSecurity", {
      kind: "Namespace",
      metadata: { name: "warned", labels: { "pod-security.kubernetes.io/warn": "baseline" } },
    });
    const template = { spec: pod({ hostPID: true }).spec };
    const { warnings } = await admit(found, {
      type: Deployment,
      object: { metadata: { name: "d", namespace: "warned" }, spec: { template } },
    });
    assert.deepEqual(warnings, [
      'would violate PodSecurity "baseline:latest": host namespaces (hostPID=true)',
    ]);
  });
});

describe("certificate requests", () => {
  const type = CertificateSigningRequest;
  const signerName = "kubernetes.io/kube-apiserver-client";
  const body = (request: string, status: object = {}) => ({
    kind: "CertificateSigningRequest",
    metadata: { name: "csr" },
    spec: { request: btoa(request), signerName },
    status,
  });
  const pemOf = async (organization: string) =>
    createCertificateRequest(await createSigningKey(), {
      commonName: "x",
      organizations: [organization],
    });

  it("may not ask for everything", async () => {
    const { found } = plugin("CertificateSubjectRestriction");
    await admit(found, { type, object: body(await pemOf("dev")) });
    await refusedWith(
      admit(found, { type, object: body(await pemOf("system:masters")) }),
      403,
      'certificatesigningrequests.certificates.k8s.io "csr" is forbidden: use of ' +
        "kubernetes.io/kube-apiserver-client signer with system:masters group is not allowed",
    );
  });

  const asked: string[] = [];
  const authorizer: Authorizer = {
    async authorize({ verb, resource, name }) {
      asked.push(`${verb} ${resource} ${name}`);
      return name === "kubernetes.io/*" && verb === "approve" ? allow() : noOpinion();
    },
  };

  it("are approved and signed by those who may", async () => {
    const object = body("");
    const approval = { type, operation: "UPDATE", subresource: "approval", object } as const;
    await admit(certificateApproval(authorizer), { ...approval, oldObject: object });
    assert.deepEqual(asked, [`approve signers ${signerName}`, "approve signers kubernetes.io/*"]);
    const signed = body("", { certificate: "abc" });
    const signing = { ...approval, subresource: "status", oldObject: object };
    await admit(certificateSigning(authorizer), signing);
    await assert.rejects(
      admit(certificateSigning(authorizer), { ...signing, object: signed }),
      /user not permitted to sign requests with signerName "kubernetes.io\/kube-apiserver-client"/,
    );
  });
});

describe("growing claims", () => {
  const claim = (storage: string, phase = "Bound") => ({
    kind: "PersistentVolumeClaim",
    metadata: { name: "c", namespace: "default" },
    spec: { storageClassName: "grows", resources: { requests: { storage } } },
    status: { phase },
  });
  const storageClass = (allowVolumeExpansion: boolean) => ({
    kind: "StorageClass",
    metadata: { name: "grows" },
    allowVolumeExpansion,
  });
  const grow = (allows: boolean, from: object, to: object) =>
    admit(plugin("PersistentVolumeClaimResize", storageClass(allows)).found, {
      type: PersistentVolumeClaim,
      operation: "UPDATE",
      object: to,
      oldObject: from,
    });

  it("needs a class that allows it, and a volume", async () => {
    await grow(true, claim("1Gi"), claim("2Gi"));
    await grow(false, claim("1Gi"), claim("1024Mi"));
    await assert.rejects(grow(false, claim("1Gi"), claim("2Gi")), /must support resize/);
    await assert.rejects(grow(true, claim("1Gi", "Pending"), claim("2Gi")), /Only bound/);
  });
});

describe("RBACEscalation", () => {
  const roleRef = { apiGroup: "rbac.authorization.k8s.io", kind: "ClusterRole", name: "admin" };
  const source = new RbacStore();
  for (const object of [
    {
      kind: "ClusterRole",
      metadata: { name: "admin" },
      rules: [{ verbs: ["*"], apiGroups: ["*"], resources: ["*"] }],
    },
    {
      kind: "ClusterRole",
      metadata: { name: "grants" },
      rules: [
        { verbs: ["get"], apiGroups: [""], resources: ["pods"] },
        {
          verbs: ["bind"],
          apiGroups: ["rbac.authorization.k8s.io"],
          resources: ["clusterroles"],
          resourceNames: ["grants"],
        },
      ],
    },
    {
      kind: "ClusterRoleBinding",
      metadata: { name: "b" },
      roleRef: { ...roleRef, name: "grants" },
      subjects: [{ kind: "User", name: "ann" }],
    },
  ]) {
    source.put(object as unknown as RbacObject);
  }
  const rbac = new RbacAuthorizer(source);
  const check = rbacEscalationCheck({ authorizer: rbac, rbac, source });
  const role = (verb: string) => ({
    kind: "ClusterRole",
    metadata: { name: "new" },
    rules: [{ verbs: [verb], apiGroups: [""], resources: ["pods"] }],
  });
  const binding = (name: string) => ({
    kind: "ClusterRoleBinding",
    metadata: { name: "new" },
    roleRef: { ...roleRef, name },
    subjects: [{ kind: "User", name: "eve" }],
  });

  it("lets rights be given that are held", async () => {
    await admit(check, { type: ClusterRole, object: role("get") });
    await admit(check, { type: ClusterRoleBinding, object: binding("grants") });
    const masters = { name: "root", groups: ["system:masters"] };
    await admit(check, { type: ClusterRole, object: role("delete"), user: masters });
  });

  it("refuses others", async () => {
    await refusedWith(
      admit(check, { type: ClusterRole, object: role("delete") }),
      403,
      'clusterroles.rbac.authorization.k8s.io "new" is forbidden: user "ann" (groups=[]) is ' +
        "attempting to grant RBAC permissions not currently held:\n" +
        '{APIGroups:[""], Resources:["pods"], Verbs:["delete"]}',
    );
    await assert.rejects(
      admit(check, { type: ClusterRoleBinding, object: binding("admin") }),
      /attempting to grant RBAC permissions not currently held/,
    );
    await refusedWith(
      admit(check, { type: ClusterRoleBinding, object: binding("gone") }),
      404,
      'clusterrolebindings.rbac.authorization.k8s.io "gone" not found',
    );
  });

  it("lets updates by that change no rights", async () => {
    const object = role("delete");
    await admit(check, { type: ClusterRole, operation: "UPDATE", object, oldObject: object });
  });
});
