import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { Deployment } from "#api/apps/v1.ts";
import { Namespace, Pod } from "#api/core/v1.ts";
import { admissionConfigurationOf } from "../configuration.ts";
import { FakeObjects, admit, pod, refusedWith } from "../fake.test-support.ts";
import { podSecurityConfigurationOf } from "./configuration.ts";
import { podSecurity } from "./plugin.ts";

const prefix = "pod-security.kubernetes.io/";
const namespace = (labels: Record<string, string>) => ({
  kind: "Namespace",
  metadata: {
    name: "default",
    labels: Object.fromEntries(Object.entries(labels).map(([key, value]) => [prefix + key, value])),
  },
  status: {},
});
const bad = pod({ hostPID: true });

function open(labels: Record<string, string>, configuration?: object, ...objects: object[]) {
  const fake = new FakeObjects().put(namespace(labels), ...objects);
  const value = {
    apiVersion: "pod-security.admission.config.k8s.io/v1",
    kind: "PodSecurityConfiguration",
    ...configuration,
  };
  return podSecurity(fake.environment, podSecurityConfigurationOf(value));
}

describe("pod security", () => {
  it("refuses pods, and warns of what makes them", async () => {
    const plugin = open({ enforce: "baseline" });
    await refusedWith(
      admit(plugin, { type: Pod, object: bad }),
      403,
      'pods "web" is forbidden: violates PodSecurity "baseline:latest": host namespaces ' +
        "(hostPID=true)",
    );
    const deployment = {
      kind: "Deployment",
      metadata: { name: "web", namespace: "default" },
      spec: { template: { metadata: {}, spec: bad.spec } },
    };
    const { warnings, annotations } = await admit(plugin, { type: Deployment, object: deployment });
    assert.deepEqual(warnings, [
      'would violate PodSecurity "baseline:latest": host namespaces (hostPID=true)',
    ]);
    assert.deepEqual(annotations, {});
  });

  it("audits without telling", async () => {
    const plugin = open({ audit: "baseline", "audit-version": "v1.20" });
    assert.deepEqual(await admit(plugin, { type: Pod, object: bad }), {
      object: bad,
      warnings: [],
      annotations: {
        [`${prefix}enforce-policy`]: "privileged:latest",
        [`${prefix}audit-violations`]:
          'would violate PodSecurity "baseline:v1.20": host namespaces (hostPID=true)',
      },
    });
  });

  it("looks again only when an image changes", async () => {
    const plugin = open({ enforce: "baseline" });
    const asked = { type: Pod, operation: "UPDATE", object: bad } as const;
    await admit(plugin, { ...asked, oldObject: bad });
    const other = pod({ hostPID: true, containers: [{ name: "c", image: "other" }] });
    await assert.rejects(admit(plugin, { ...asked, oldObject: other }), /violates PodSecurity/);
    await admit(plugin, { ...asked, oldObject: other, subresource: "status" });
    const debug = pod({ hostPID: true, ephemeralContainers: [{ name: "d", image: "busybox" }] });
    const added = { ...asked, object: debug, oldObject: bad, subresource: "ephemeralcontainers" };
    await assert.rejects(admit(plugin, added), /violates PodSecurity/);
  });

  it("takes a wrong label for the strictest level", async () => {
    const plugin = open({ enforce: "strict" });
    await assert.rejects(admit(plugin, { type: Pod, object: pod() }), /"restricted:latest"/);
  });

  it("leaves alone whom the configuration exempts", async () => {
    const labels = { enforce: "baseline" };
    const exempt = async (exemptions: object, asked: object = {}) => {
      const plugin = open(labels, { exemptions });
      const object = pod({ hostPID: true, runtimeClassName: "vm" });
      const { annotations } = await admit(plugin, { type: Pod, object, ...asked });
      return annotations[`${prefix}exempt`];
    };
    assert.equal(await exempt({ namespaces: ["default"] }), "namespace");
    assert.equal(await exempt({ usernames: ["ann"] }), "user");
    assert.equal(await exempt({ runtimeClasses: ["vm"] }), "runtimeClass");
    await assert.rejects(exempt({ usernames: ["bob"] }), /violates PodSecurity/);
  });

  it("takes the configuration's level where labels say nothing", async () => {
    const defaults = { enforce: "baseline", "enforce-version": "v1.30" };
    await assert.rejects(
      admit(open({}, { defaults }), { type: Pod, object: bad }),
      /violates PodSecurity "baseline:v1.30"/,
    );
    await admit(open({ enforce: "privileged" }, { defaults }), { type: Pod, object: bad });
  });
});

describe("pod security of namespaces", () => {
  const relabel = (labels: Record<string, string>, old: Record<string, string> = {}) => ({
    type: Namespace,
    operation: "UPDATE" as const,
    object: namespace(labels),
    oldObject: namespace(old),
  });

  it("refuses labels that mean nothing, unless they stood there", async () => {
    const plugin = open({});
    await refusedWith(
      admit(plugin, { type: Namespace, object: namespace({ enforce: "x", "warn-version": "1" }) }),
      422,
      'Namespace "default" is invalid: [metadata.labels[pod-security.kubernetes.io/enforce]: ' +
        'Invalid value: "x": must be one of privileged, baseline, restricted, ' +
        'metadata.labels[pod-security.kubernetes.io/warn-version]: Invalid value: "1": must be ' +
        '"latest" or "v1.x"]',
    );
    await admit(plugin, relabel({ enforce: "x", team: "a" }, { enforce: "x" }));
  });

  it("tells which pods a stricter level would refuse", async () => {
    const owned = (name: string, spec: object) =>
      pod(spec, { name, ownerReferences: [{ uid: "u", controller: true }] });
    const plugin = open(
      {},
      {},
      owned("proxy-b", { hostNetwork: true }),
      owned("proxy-a", { hostNetwork: true }),
      pod({ hostNetwork: true }, { name: "etcd" }),
      pod({ volumes: [{ name: "v", hostPath: { path: "/" } }] }, { name: "agent" }),
      pod({}, { name: "web" }),
    );
    const { warnings } = await admit(plugin, relabel({ enforce: "baseline" }));
    assert.deepEqual(warnings, [
      'existing pods in namespace "default" violate the new PodSecurity enforce level ' +
        '"baseline:latest"',
      "agent: hostPath volumes",
      "etcd (and 2 other pods): host namespaces",
    ]);
    const relaxed = await admit(
      plugin,
      relabel({ enforce: "baseline" }, { enforce: "restricted" }),
    );
    assert.deepEqual(relaxed.warnings, []);
  });

  it("says that an exempt namespace's labels do nothing", async () => {
    const plugin = open({}, { exemptions: { namespaces: ["default"] } });
    const { warnings } = await admit(plugin, relabel({ enforce: "baseline", audit: "restricted" }));
    assert.deepEqual(warnings, [
      'namespace "default" is exempt from Pod Security, and the policy (enforce=baseline:latest, ' +
        "audit=restricted:latest) will be ignored",
    ]);
  });
});

describe("admission configuration", () => {
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
    exemptions:
      usernames: []
      namespaces: [kube-system]
- name: Other
  path: other.yaml
`;
  const otherFile = () => Promise.resolve("a: 1");

  it("is read as the tutorial writes it", async () => {
    const read = await admissionConfigurationOf(file, async (path) => `from: ${path}`);
    const { defaults, exemptions } = podSecurityConfigurationOf(read.get("PodSecurity"));
    assert.equal(defaults.enforce.level, "baseline");
    assert.equal(defaults.warn.level, "privileged");
    assert.deepEqual(exemptions.namespaces, ["kube-system"]);
    assert.deepEqual(read.get("Other"), { from: "other.yaml" });
  });

  const wrong: [text: string, expected: RegExp][] = [
    ["kind: X", /expected a AdmissionConfiguration of .*, but the file has , Kind=X/],
    [file.replace("enforce:", "inforce:"), /unknown field "defaults.inforce"/],
    [
      file.replace('"baseline"', "strict"),
      /defaults.enforce: Invalid value: "strict": must be one/,
    ],
    [file.replace("[kube-system]", "[a, a]"), /exemptions.namespaces\[1\]: Duplicate value: "a"/],
    [file.replace("path: other", "file: other"), /unknown field "plugins\[1\].file"/],
  ];
  for (const [text, expected] of wrong) {
    it(`refuses ${expected.source}`, async () => {
      await assert.rejects(async () => {
        const read = await admissionConfigurationOf(text, otherFile);
        podSecurityConfigurationOf(read.get("PodSecurity"));
      }, expected);
    });
  }
});
