import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { stringify } from "yaml";
import { admissionConfigurationOf } from "#server/admission/configuration.ts";
import { findBinary } from "../../src/cluster/providers/node/host.ts";
import { eventually } from "../support/eventually.ts";
import { openControlPlane } from "../support/control-plane.ts";
import type { TestControlPlane } from "../support/control-plane.ts";

// The two tutorials of the Kubernetes documentation on Pod Security, with the stock kubectl: what
// it prints, output by output, in the words of v1.36.

const kubectlPath = findBinary("kubectl", process.env["PATH"] ?? "");
const skip = kubectlPath ? false : "there is no kubectl on this machine";

const nginx = `apiVersion: v1
kind: Pod
metadata:
  name: nginx
spec:
  containers:
    - image: nginx
      name: nginx
      ports:
        - containerPort: 80
`;
const restrictedWarning =
  'Warning: would violate PodSecurity "restricted:latest": allowPrivilegeEscalation != false ' +
  '(container "nginx" must set securityContext.allowPrivilegeEscalation=false), unrestricted ' +
  'capabilities (container "nginx" must set securityContext.capabilities.drop=["ALL"]), ' +
  'runAsNonRoot != true (pod or container "nginx" must set securityContext.runAsNonRoot=true), ' +
  'seccompProfile (pod or container "nginx" must set securityContext.seccompProfile.type to ' +
  '"RuntimeDefault" or "Localhost")\n';

/** The account that pods run as is made by a controller, soon after its namespace. */
async function accountIn(cluster: TestControlPlane, namespace: string): Promise<void> {
  await eventually(async () => {
    const args = ["get", "serviceaccount", "default", "-n", namespace];
    const { code } = await cluster.kubectl(args, { expectCode: "any" });
    assert.equal(code, 0);
  });
}

describe("Pod Security at the namespace level", { skip }, () => {
  let cluster: TestControlPlane;
  before(async () => {
    cluster = await openControlPlane();
  });
  after(() => cluster[Symbol.asyncDispose]());
  const says = async (args: string, stdout: string, stderr = "", input = "") => {
    const said = await cluster.kubectl(args.split(" "), { input });
    assert.deepEqual({ stdout: said.stdout, stderr: said.stderr }, { stdout, stderr });
  };

  it("goes as the tutorial says", async () => {
    await says("create ns example", "namespace/example created\n");
    await says(
      "label --overwrite ns example pod-security.kubernetes.io/warn=baseline " +
        "pod-security.kubernetes.io/warn-version=latest",
      "namespace/example labeled\n",
    );
    await says(
      "label --overwrite ns example pod-security.kubernetes.io/enforce=baseline " +
        "pod-security.kubernetes.io/enforce-version=latest " +
        "pod-security.kubernetes.io/warn=restricted " +
        "pod-security.kubernetes.io/warn-version=latest " +
        "pod-security.kubernetes.io/audit=restricted " +
        "pod-security.kubernetes.io/audit-version=latest",
      "namespace/example labeled\n",
    );
    for (const namespace of ["example", "default"]) await accountIn(cluster, namespace);
    await says("apply -n example -f -", "pod/nginx created\n", restrictedWarning, nginx);
    await says("apply -n default -f -", "pod/nginx created\n", "", nginx);
  });

  it("refuses what the level enforces, and tells of deployments", async () => {
    const root = nginx.replace("name: nginx\nspec:", "name: root\nspec:\n  hostPID: true");
    const refused = await cluster.kubectl(["apply", "-n", "example", "-f", "-"], {
      input: root,
      expectCode: 1,
    });
    assert.equal(
      refused.stderr,
      'Error from server (Forbidden): error when creating "STDIN": pods "root" is forbidden: ' +
        'violates PodSecurity "baseline:latest": host namespaces (hostPID=true)\n',
    );
    await says(
      "create deployment web --image=nginx -n example",
      "deployment.apps/web created\n",
      restrictedWarning,
    );
  });
});

/** What runs in the cluster of the tutorial, as far as it matters. */
function systemPods(): string {
  const host = { hostNetwork: true, volumes: [{ name: "v", hostPath: { path: "/etc" } }] };
  const pod = (namespace: string, name: string, spec: object, security: object = {}) => ({
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name, namespace },
    spec: { containers: [{ name: "c", image: "c", securityContext: security }], ...spec },
  });
  const cluster = "psa-wo-cluster-pss-control-plane";
  const staticPod = (name: string) =>
    pod("kube-system", `${name}-${cluster}`, {
      ...host,
      securityContext: { seccompProfile: { type: "RuntimeDefault" } },
    });
  const dns = { capabilities: { add: ["NET_BIND_SERVICE"], drop: ["all"] } };
  const coredns = (name: string) =>
    pod("kube-system", name, {}, { allowPrivilegeEscalation: false, ...dns });
  return [
    coredns("coredns-7bb9c7b568-hsptc"),
    coredns("coredns-7bb9c7b568-vtb2k"),
    ...["etcd", "kube-apiserver", "kube-controller-manager", "kube-scheduler"].map(staticPod),
    pod("kube-system", "kindnet-vzj42", host, { capabilities: { add: ["NET_RAW", "NET_ADMIN"] } }),
    pod("kube-system", "kube-proxy-m6hwf", host, { privileged: true }),
    pod("local-path-storage", "local-path-provisioner-d6d9f7ffc-lw9lh", {}),
  ]
    .map((item) => stringify(item))
    .join("---\n");
}

describe("Pod Security at the cluster level, without a configuration", { skip }, () => {
  let cluster: TestControlPlane;
  before(async () => {
    cluster = await openControlPlane();
    await cluster.kubectl(["create", "ns", "local-path-storage"]);
    for (const namespace of ["kube-system", "local-path-storage"]) {
      await accountIn(cluster, namespace);
    }
    await cluster.kubectl(["apply", "-f", "-"], { input: systemPods() });
  });
  after(() => cluster[Symbol.asyncDispose]());

  const namespaces = ["default", "kube-node-lease", "kube-public", "kube-system"];

  it("lists the namespaces", async () => {
    const { stdout } = await cluster.kubectl(["get", "ns"]);
    const [head, ...rows] = stdout.trimEnd().split("\n");
    assert.equal(head, "NAME                 STATUS   AGE");
    assert.deepEqual(
      rows.map((row) => row.split(/\s+/).slice(0, 2).join(" ")),
      [...namespaces, "local-path-storage"].map((name) => `${name} Active`),
    );
  });

  const inSystem = (level: string) =>
    'Warning: existing pods in namespace "kube-system" violate the new PodSecurity enforce level ' +
    `"${level}:latest"`;
  const table: [level: string, warnings: readonly string[]][] = [
    ["privileged", []],
    [
      "baseline",
      [
        inSystem("baseline"),
        "Warning: etcd-psa-wo-cluster-pss-control-plane (and 3 other pods): host namespaces, " +
          "hostPath volumes",
        "Warning: kindnet-vzj42: non-default capabilities, host namespaces, hostPath volumes",
        "Warning: kube-proxy-m6hwf: host namespaces, hostPath volumes, privileged",
      ],
    ],
    [
      // The tutorial was written for v1.24, which told the baseline's rules beside the stricter
      // ones that contain them; later versions tell the stricter ones alone.
      "restricted",
      [
        inSystem("restricted"),
        "Warning: coredns-7bb9c7b568-hsptc (and 1 other pod): unrestricted capabilities, " +
          "runAsNonRoot != true, seccompProfile",
        "Warning: etcd-psa-wo-cluster-pss-control-plane (and 3 other pods): host namespaces, " +
          "allowPrivilegeEscalation != false, unrestricted capabilities, restricted volume types, " +
          "runAsNonRoot != true",
        "Warning: kindnet-vzj42: host namespaces, allowPrivilegeEscalation != false, " +
          "unrestricted capabilities, restricted volume types, runAsNonRoot != true, seccompProfile",
        "Warning: kube-proxy-m6hwf: host namespaces, privileged, allowPrivilegeEscalation != " +
          "false, unrestricted capabilities, restricted volume types, runAsNonRoot != true, " +
          "seccompProfile",
        'Warning: existing pods in namespace "local-path-storage" violate the new PodSecurity ' +
          'enforce level "restricted:latest"',
        "Warning: local-path-provisioner-d6d9f7ffc-lw9lh: allowPrivilegeEscalation != false, " +
          "unrestricted capabilities, runAsNonRoot != true, seccompProfile",
      ],
    ],
  ];
  for (const [level, warnings] of table) {
    it(`shows what ${level} would change`, async () => {
      const label = `pod-security.kubernetes.io/enforce=${level}`;
      const args = ["label", "--dry-run=server", "--overwrite", "ns", "--all", label];
      const { stdout, stderr } = await cluster.kubectl(args);
      assert.equal(
        stdout,
        [...namespaces, "local-path-storage"]
          .map((name) => `namespace/${name} labeled (server dry run)\n`)
          .join(""),
      );
      assert.deepEqual(stderr.split("\n").slice(0, -1), warnings);
    });
  }
});

describe("Pod Security at the cluster level, with a configuration", { skip }, () => {
  const file = `
apiVersion: apiserver.config.k8s.io/v1
kind: AdmissionConfiguration
plugins:
- name: PodSecurity
  configuration:
    apiVersion: pod-security.admission.config.k8s.io/v1beta1
    kind: PodSecurityConfiguration
    defaults:
      enforce: "baseline"
      enforce-version: "latest"
      audit: "restricted"
      audit-version: "latest"
      warn: "restricted"
      warn-version: "latest"
    exemptions:
      usernames: []
      runtimeClasses: []
      namespaces: [kube-system]
`;
  let cluster: TestControlPlane;
  before(async () => {
    const none = () => Promise.reject(new Error("no other files"));
    cluster = await openControlPlane({ configuration: await admissionConfigurationOf(file, none) });
    for (const namespace of ["default", "kube-system"]) await accountIn(cluster, namespace);
  });
  after(() => cluster[Symbol.asyncDispose]());

  it("warns in every namespace", async () => {
    const { stdout, stderr } = await cluster.kubectl(["apply", "-f", "-"], { input: nginx });
    assert.equal(stdout, "pod/nginx created\n");
    assert.equal(stderr, restrictedWarning);
  });

  it("but not in an exempt one", async () => {
    const args = ["apply", "-n", "kube-system", "-f", "-"];
    const root = nginx.replace("spec:", "spec:\n  hostPID: true");
    const { stdout, stderr } = await cluster.kubectl(args, { input: root });
    assert.equal(stdout, "pod/nginx created\n");
    assert.equal(stderr, "");
  });
});
