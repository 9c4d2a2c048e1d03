import assert from "node:assert/strict";
import { test } from "node:test";
import { Pod } from "#api/core/v1.ts";
import type { PodSpec } from "#api/core/v1.ts";
import { applyDefaults } from "#schema/default.ts";
import type { Draft } from "#schema/message.ts";
import { parseResolverConfig, podDns } from "./dns.ts";
import { hostNetworkHostsContent, hostsContent } from "./hosts.ts";

const pod = (spec: Partial<Draft<PodSpec>> = {}) =>
  applyDefaults(Pod, {
    metadata: { name: "web-0", namespace: "shop", uid: "u" },
    spec: { containers: [], ...spec },
  } satisfies Draft<Pod>);

const host = parseResolverConfig(
  "# written by hand\nnameserver 192.0.2.53 # ours\nsearch example.com. lan\noptions timeout:1\n",
);
const setting = { clusterDns: ["10.96.0.10"], clusterDomain: "cluster.local", host };
const cluster = {
  servers: ["10.96.0.10"],
  searches: ["shop.svc.cluster.local", "svc.cluster.local", "cluster.local", "example.com", "lan"],
  options: ["ndots:5"],
};

test("the pod's resolver follows its policy", () => {
  assert.deepEqual(host, {
    servers: ["192.0.2.53"],
    searches: ["example.com", "lan"],
    options: ["timeout:1"],
  });
  const cases: [Partial<Draft<PodSpec>>, object][] = [
    [{}, cluster],
    [{ hostNetwork: true }, host],
    [{ hostNetwork: true, dnsPolicy: "ClusterFirstWithHostNet" }, cluster],
    [{ dnsPolicy: "Default" }, host],
    [{ dnsPolicy: "None" }, { servers: [], searches: [], options: [] }],
    [
      {
        dnsConfig: {
          nameservers: ["10.96.0.10", "192.0.2.1"],
          searches: ["own.example"],
          options: [{ name: "ndots", value: "2" }, { name: "edns0" }],
        },
      },
      {
        servers: ["10.96.0.10", "192.0.2.1"],
        searches: [...cluster.searches, "own.example"],
        options: ["ndots:2", "edns0"],
      },
    ],
  ];
  for (const [spec, expected] of cases) assert.deepEqual(podDns(pod(spec), setting), expected);
});

test("/etc/hosts names the pod, its domain and its aliases", () => {
  const start =
    "# Kubernetes-managed hosts file.\n127.0.0.1\tlocalhost\n" +
    "::1\tlocalhost ip6-localhost ip6-loopback\nfe00::0\tip6-localnet\n" +
    "fe00::0\tip6-mcastprefix\nfe00::1\tip6-allnodes\nfe00::2\tip6-allrouters\n";
  const addresses = ["10.244.0.5", "fd00::5"];
  const plain = hostsContent(pod(), addresses, "cluster.local");
  assert.equal(plain, `${start}10.244.0.5\tweb-0\nfd00::5\tweb-0\n`);
  const full = pod({
    hostname: "web-0",
    subdomain: "web",
    hostAliases: [{ ip: "192.0.2.9", hostnames: ["a", "b"] }],
  });
  const aliases = "\n# Entries added by HostAliases.\n192.0.2.9\ta\tb\n";
  assert.equal(
    hostsContent(full, ["10.244.0.5"], "cluster.local"),
    `${start}10.244.0.5\tweb-0.web.shop.svc.cluster.local\tweb-0\n${aliases}`,
  );
  assert.equal(
    hostNetworkHostsContent(full, "127.0.0.1 localhost\n"),
    `# Kubernetes-managed hosts file (host network).\n127.0.0.1 localhost\n${aliases}`,
  );
});
