import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { PodSpec } from "#api/core/v1.ts";
import { latest } from "./policy.ts";
import type { Level } from "./policy.ts";
import { detailsText, reasonsText, violations } from "./standards.ts";

const hardened = {
  allowPrivilegeEscalation: false,
  runAsNonRoot: true,
  seccompProfile: { type: "RuntimeDefault" },
  capabilities: { drop: ["ALL"] },
};
const container = (securityContext: object = {}, others: object = {}) => ({
  name: "a",
  image: "nginx",
  securityContext,
  ...others,
});
const check = (
  spec: object,
  level: Level,
  minor = latest,
  annotations: Record<string, string> = {},
) => detailsText(violations({ level, minor }, spec as PodSpec, annotations));

describe("pod security standards", () => {
  const table: [name: string, level: Level, minor: number, spec: object, expected: string][] = [
    ["nothing is forbidden", "privileged", latest, { hostPID: true, containers: [] }, ""],
    ["a hardened pod", "restricted", latest, { containers: [container(hardened)] }, ""],
    [
      "a plain pod",
      "restricted",
      latest,
      { containers: [{ name: "nginx", image: "nginx" }] },
      'allowPrivilegeEscalation != false (container "nginx" must set ' +
        "securityContext.allowPrivilegeEscalation=false), unrestricted capabilities (container " +
        '"nginx" must set securityContext.capabilities.drop=["ALL"]), runAsNonRoot != true (pod or ' +
        'container "nginx" must set securityContext.runAsNonRoot=true), seccompProfile (pod or ' +
        'container "nginx" must set securityContext.seccompProfile.type to "RuntimeDefault" or ' +
        '"Localhost")',
    ],
    [
      "several containers, init containers first",
      "baseline",
      latest,
      {
        containers: [container({ privileged: true })],
        initContainers: [{ ...container({ privileged: true }), name: "i" }],
      },
      'privileged (containers "i", "a" must not set securityContext.privileged=true)',
    ],
    [
      "host ports sort as text",
      "baseline",
      latest,
      {
        containers: [
          container({}, { ports: [{ hostPort: 9090 }, { hostPort: 10000 }, { containerPort: 1 }] }),
        ],
      },
      'hostPort (container "a" uses hostPorts 10000, 9090)',
    ],
    [
      "volumes by the restricted level, which contains the baseline's rule",
      "restricted",
      latest,
      {
        containers: [container(hardened)],
        volumes: [
          { name: "v", hostPath: { path: "/" } },
          { name: "n", nfs: {} },
          { name: "e", emptyDir: {} },
        ],
      },
      'restricted volume types (volumes "v", "n" use restricted volume types "hostPath", "nfs")',
    ],
    [
      "SELinux",
      "baseline",
      latest,
      {
        securityContext: { seLinuxOptions: { type: "foo", user: "u" } },
        containers: [container({ seLinuxOptions: { type: "bar", role: "r" } })],
      },
      'seLinuxOptions (pod and container "a" set forbidden securityContext.seLinuxOptions: types ' +
        '"bar", "foo"; user may not be set; role may not be set)',
    ],
    [
      "even the pod's own address in a probe",
      "baseline",
      latest,
      { containers: [container({}, { livenessProbe: { httpGet: { host: "127.0.0.1" } } })] },
      'probe or lifecycle host (container "a" uses probe or lifecycle host "127.0.0.1")',
    ],
    [
      "AppArmor by field",
      "baseline",
      latest,
      {
        securityContext: { appArmorProfile: { type: "Unconfined" } },
        containers: [container({ appArmorProfile: { type: "Unconfined" } })],
      },
      'forbidden AppArmor profile (pod and container "a" must not set AppArmor profile type to ' +
        '"Unconfined")',
    ],
    [
      "root in a user namespace",
      "restricted",
      latest,
      {
        hostUsers: false,
        securityContext: { runAsUser: 0, runAsNonRoot: false },
        containers: [container({ ...hardened, procMount: "Unmasked" })],
      },
      'procMount (container "a" must not set securityContext.procMount to "Unmasked")',
    ],
    [
      "root in a user namespace, before that counted",
      "restricted",
      34,
      {
        hostUsers: false,
        securityContext: { runAsUser: 0, runAsNonRoot: false },
        containers: [container(hardened)],
      },
      "runAsNonRoot != true (pod must not set securityContext.runAsNonRoot=false), " +
        "runAsUser=0 (pod must not set runAsUser=0)",
    ],
    [
      "before the field existed",
      "restricted",
      7,
      { containers: [container()] },
      runAsNonRootOnly(),
    ],
    ["Windows has no capabilities", "restricted", latest, windows(), runAsNonRootOnly()],
    [
      "Windows before its pods could say so",
      "restricted",
      24,
      { ...windows(), securityContext: { runAsNonRoot: true } },
      'allowPrivilegeEscalation != false (container "a" must set ' +
        "securityContext.allowPrivilegeEscalation=false), unrestricted capabilities (container " +
        '"a" must set securityContext.capabilities.drop=["ALL"]), seccompProfile (pod or container ' +
        '"a" must set securityContext.seccompProfile.type to "RuntimeDefault" or "Localhost")',
    ],
  ];
  for (const [name, level, minor, spec, expected] of table) {
    it(name, () => assert.equal(check(spec, level, minor), expected));
  }

  it("lets more system settings through, version by version", () => {
    const names = [
      "kernel.msgmax",
      "net.ipv4.ip_local_reserved_ports",
      "net.ipv4.tcp_keepalive_time",
      "net.ipv4.tcp_rmem",
    ];
    const spec = { containers: [], securityContext: { sysctls: names.map((name) => ({ name })) } };
    const forbidden = (minor: number) => check(spec, "baseline", minor);
    assert.equal(forbidden(26), `forbidden sysctls (${names.join(", ")})`);
    assert.equal(forbidden(27), `forbidden sysctls (${names.toSpliced(1, 1).join(", ")})`);
    assert.equal(forbidden(29), "forbidden sysctls (kernel.msgmax, net.ipv4.tcp_rmem)");
    assert.equal(forbidden(latest), "forbidden sysctls (kernel.msgmax)");
  });

  it("reads annotations where there were no fields", () => {
    const spec = { containers: [container()] };
    const seccomp = { "seccomp.security.alpha.kubernetes.io/pod": "unconfined" };
    assert.equal(
      check(spec, "baseline", 18, seccomp),
      'seccompProfile (forbidden annotation seccomp.security.alpha.kubernetes.io/pod="unconfined")',
    );
    assert.equal(check(spec, "baseline", 19, seccomp), "");
    const appArmor = { "container.apparmor.security.beta.kubernetes.io/a": "unconfined" };
    assert.equal(
      check(spec, "baseline", latest, appArmor),
      "forbidden AppArmor profile (annotation must not set AppArmor profile type to " +
        '"container.apparmor.security.beta.kubernetes.io/a="unconfined"")',
    );
  });

  it("tells reasons alone in short", () => {
    const spec = { hostNetwork: true, containers: [container({ privileged: true })] };
    const found = violations({ level: "baseline", minor: latest }, spec as unknown as PodSpec, {});
    assert.equal(reasonsText(found), "host namespaces, privileged");
  });
});

function runAsNonRootOnly(): string {
  return 'runAsNonRoot != true (pod or container "a" must set securityContext.runAsNonRoot=true)';
}

function windows() {
  return { os: { name: "windows" }, containers: [container()] };
}
