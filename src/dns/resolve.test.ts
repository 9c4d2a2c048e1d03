import assert from "node:assert/strict";
import { test } from "node:test";
import { Service } from "#api/core/v1/service.ts";
import { EndpointSlice } from "#api/discovery/v1.ts";
import { applyDefaults } from "#schema/default.ts";
import type { Draft } from "#schema/message.ts";
import { ClusterRecords } from "./records.ts";
import type { DnsRecord } from "./resolve.ts";
import { recordType, resolve } from "./resolve.ts";

function service(name: string, spec: Draft<Service>["spec"], namespace = "default"): Service {
  return applyDefaults(Service, {
    apiVersion: "v1",
    kind: "Service",
    metadata: { namespace, name },
    spec: structuredClone(spec),
  });
}

function slice(
  service: string,
  ports: object[],
  endpoints: { ip: string; hostname?: string; ready?: boolean }[],
  name = `${service}-1`,
): EndpointSlice {
  return applyDefaults(EndpointSlice, {
    apiVersion: "discovery.k8s.io/v1",
    kind: "EndpointSlice",
    metadata: {
      namespace: "default",
      name,
      labels: { "kubernetes.io/service-name": service },
    },
    addressType: "IPv4",
    ports,
    endpoints: endpoints.map(({ ip, hostname, ready }) => ({
      addresses: [ip],
      ...(hostname && { hostname }),
      ...(ready !== undefined && { conditions: { ready } }),
    })),
  });
}

const http = { name: "http", port: 80 };

function exampleCluster(): ClusterRecords {
  const records = new ClusterRecords();
  records.setService(
    service("kubernetes", { clusterIP: "10.96.0.1", ports: [{ name: "https", port: 443 }] }),
  );
  records.setService(
    service("kube-dns", { clusterIP: "10.96.0.10", ports: [{ port: 53 }] }, "kube-system"),
  );
  records.setService(
    service("web", {
      clusterIP: "10.96.0.5",
      ports: [http, { name: "admin", port: 8080 }, { name: "dns", port: 53, protocol: "UDP" }],
    }),
  );
  records.setEndpointSlice(slice("web", [{ name: "http", port: 8080 }], [{ ip: "10.244.0.5" }]));
  records.setService(service("db", { clusterIP: "None", ports: [{ name: "sql", port: 5432 }] }));
  const sql = [{ name: "sql", port: 5432 }];
  records.setEndpointSlice(
    slice("db", sql, [
      { ip: "10.244.0.7", hostname: "db-0" },
      { ip: "10.244.1.7", hostname: "db-1" },
      { ip: "10.244.1.8", ready: false },
      { ip: "10.244.1.9" },
    ]),
  );
  records.setService(service("empty", { clusterIP: "None", ports: [http] }));
  records.setService(service("portless", { clusterIP: "None" }));
  records.setEndpointSlice(slice("portless", [], [{ ip: "10.244.2.2", hostname: "lone" }]));
  records.setService(
    service("early", { clusterIP: "None", publishNotReadyAddresses: true, ports: [http] }),
  );
  records.setEndpointSlice(
    slice("early", [{ name: "http", port: 80 }], [{ ip: "10.244.3.3", ready: false }]),
  );
  records.setService(service("far", { type: "ExternalName", externalName: "Example.COM." }));
  records.setService(
    service("near", { type: "ExternalName", externalName: "web.default.svc.cluster.local" }),
  );
  records.markSynced();
  return records;
}

/** One line per record, as short as it can be told. */
function show(record: DnsRecord): string {
  switch (record.type) {
    case "A":
      return `${record.name} A ${record.address}`;
    case "SRV": {
      const { name, priority, weight, port, target } = record;
      return `${name} SRV ${priority} ${weight} ${port} ${target}`;
    }
    case "TXT":
      return `${record.name} TXT ${record.text}`;
    case "SOA":
      return `${record.name} SOA ${record.ttl}`;
    default:
      return `${record.name} ${record.type} ${record.target}`;
  }
}

function ask(name: string, type: keyof typeof recordType, records = exampleCluster()): string[] {
  const answer = resolve({ name, type: recordType[type] }, records);
  if (answer.kind === "forward") return ["forward"];
  const lines = answer.answers.map(show).sort();
  if (answer.kind === "alias") return [...lines, `follow ${answer.target}`];
  const rest = [...answer.authorities, ...answer.additionals].map((record) => `+ ${show(record)}`);
  return [...(answer.rcode === "NOERROR" ? [] : [answer.rcode]), ...lines, ...rest];
}

const zone = "cluster.local";
const soa = `+ ${zone} SOA 5`;

const cases: [string, keyof typeof recordType, string[]][] = [
  // Services with an address.
  [`kubernetes.default.svc.${zone}`, "A", [`kubernetes.default.svc.${zone} A 10.96.0.1`]],
  [`WEB.Default.svc.${zone}`, "A", [`WEB.Default.svc.${zone} A 10.96.0.5`]],
  [`web.default.svc.${zone}`, "AAAA", [soa]],
  [`web.default.svc.${zone}`, "TXT", [soa]],
  [`absent.default.svc.${zone}`, "A", ["NXDOMAIN", soa]],
  [`web.elsewhere.svc.${zone}`, "A", ["NXDOMAIN", soa]],
  [
    `_http._tcp.web.default.svc.${zone}`,
    "SRV",
    [
      `_http._tcp.web.default.svc.${zone} SRV 0 100 80 web.default.svc.${zone}`,
      `+ web.default.svc.${zone} A 10.96.0.5`,
    ],
  ],
  [`_http._udp.web.default.svc.${zone}`, "SRV", ["NXDOMAIN", soa]],
  [`_absent._tcp.web.default.svc.${zone}`, "SRV", ["NXDOMAIN", soa]],
  [
    `web.default.svc.${zone}`,
    "SRV",
    [
      `web.default.svc.${zone} SRV 0 33 53 web.default.svc.${zone}`,
      `web.default.svc.${zone} SRV 0 33 80 web.default.svc.${zone}`,
      `web.default.svc.${zone} SRV 0 33 8080 web.default.svc.${zone}`,
      `+ web.default.svc.${zone} A 10.96.0.5`,
    ],
  ],
  [`10-244-0-5.web.default.svc.${zone}`, "A", [`10-244-0-5.web.default.svc.${zone} A 10.244.0.5`]],
  [`x._http._tcp.web.default.svc.${zone}`, "A", ["NXDOMAIN", soa]],
  // Headless ones.
  [
    `db.default.svc.${zone}`,
    "A",
    ["10.244.0.7", "10.244.1.7", "10.244.1.9"].map((ip) => `db.default.svc.${zone} A ${ip}`),
  ],
  [`db-0.db.default.svc.${zone}`, "A", [`db-0.db.default.svc.${zone} A 10.244.0.7`]],
  [`db-2.db.default.svc.${zone}`, "A", ["NXDOMAIN", soa]],
  [
    `_sql._tcp.db.default.svc.${zone}`,
    "SRV",
    [
      `_sql._tcp.db.default.svc.${zone} SRV 0 33 5432 10-244-1-9.db.default.svc.${zone}`,
      `_sql._tcp.db.default.svc.${zone} SRV 0 33 5432 db-0.db.default.svc.${zone}`,
      `_sql._tcp.db.default.svc.${zone} SRV 0 33 5432 db-1.db.default.svc.${zone}`,
      `+ db-0.db.default.svc.${zone} A 10.244.0.7`,
      `+ db-1.db.default.svc.${zone} A 10.244.1.7`,
      `+ 10-244-1-9.db.default.svc.${zone} A 10.244.1.9`,
    ],
  ],
  [`empty.default.svc.${zone}`, "A", ["NXDOMAIN", soa]],
  [`portless.default.svc.${zone}`, "A", [`portless.default.svc.${zone} A 10.244.2.2`]],
  [`lone.portless.default.svc.${zone}`, "A", [`lone.portless.default.svc.${zone} A 10.244.2.2`]],
  [`portless.default.svc.${zone}`, "SRV", [soa]],
  [`early.default.svc.${zone}`, "A", [`early.default.svc.${zone} A 10.244.3.3`]],
  // Other names for names.
  [
    `far.default.svc.${zone}`,
    "A",
    [`far.default.svc.${zone} CNAME example.com`, "follow example.com"],
  ],
  [`far.default.svc.${zone}`, "CNAME", [`far.default.svc.${zone} CNAME example.com`]],
  [`far.default.svc.${zone}`, "SRV", [soa]],
  [`x.far.default.svc.${zone}`, "A", ["NXDOMAIN", soa]],
  // Pods.
  [`10-244-0-5.default.pod.${zone}`, "A", [`10-244-0-5.default.pod.${zone} A 10.244.0.5`]],
  [`10-244-0-5.default.pod.${zone}`, "AAAA", [soa]],
  [`10-244-0-500.default.pod.${zone}`, "A", ["NXDOMAIN", soa]],
  [`web.default.pod.${zone}`, "A", ["NXDOMAIN", soa]],
  [`x.10-244-0-5.default.pod.${zone}`, "A", ["NXDOMAIN", soa]],
  // The zone.
  [`dns-version.${zone}`, "TXT", [`dns-version.${zone} TXT 1.1.0`]],
  [`dns-version.${zone}`, "A", [soa]],
  [zone, "SOA", [`${zone} SOA 5`]],
  [zone, "NS", [`${zone} NS ns.dns.${zone}`, `+ ns.dns.${zone} A 10.96.0.10`]],
  [`ns.dns.${zone}`, "A", [`ns.dns.${zone} A 10.96.0.10`]],
  [zone, "A", [soa]],
  [`svc.${zone}`, "A", [soa]],
  [`default.svc.${zone}`, "A", [soa]],
  [`absent.svc.${zone}`, "A", ["NXDOMAIN", soa]],
  [`example.com.default.svc.${zone}`, "A", ["NXDOMAIN", soa]],
  [`example.com.${zone}`, "A", ["NXDOMAIN", soa]],
  // Addresses.
  ["5.0.96.10.in-addr.arpa", "PTR", [`5.0.96.10.in-addr.arpa PTR web.default.svc.${zone}`]],
  ["7.0.244.10.in-addr.arpa", "PTR", [`7.0.244.10.in-addr.arpa PTR db-0.db.default.svc.${zone}`]],
  [
    "9.1.244.10.IN-ADDR.ARPA",
    "PTR",
    [`9.1.244.10.IN-ADDR.ARPA PTR 10-244-1-9.db.default.svc.${zone}`],
  ],
  ["8.1.244.10.in-addr.arpa", "PTR", ["forward"]],
  ["5.0.96.10.in-addr.arpa", "A", ["forward"]],
  // Others.
  ["example.com", "A", ["forward"]],
  ["notcluster.local", "A", ["forward"]],
  ["", "NS", ["forward"]],
];

for (const [name, type, expected] of cases) {
  test(`${name} ${type}`, () => assert.deepEqual(ask(name, type), expected));
}

test("before the first complete state there is no wrong no", () => {
  const records = new ClusterRecords();
  assert.deepEqual(ask(`web.default.svc.${zone}`, "A", records), ["SERVFAIL"]);
  assert.deepEqual(ask("example.com", "A", records), ["forward"]);
});

test("records follow changes, in any order", () => {
  const records = new ClusterRecords();
  records.markSynced();
  const name = `db.default.svc.${zone}`;
  const headless = service("db", { clusterIP: "None", ports: [{ port: 1 }] });
  records.setEndpointSlice(slice("db", [{ port: 1 }], [{ ip: "10.244.0.1" }], "one"));
  assert.deepEqual(ask(name, "A", records), ["NXDOMAIN", soa]);
  records.setService(headless);
  assert.deepEqual(ask(name, "A", records), [`${name} A 10.244.0.1`]);
  records.setEndpointSlice(slice("db", [{ port: 1 }], [{ ip: "10.244.0.2" }], "two"));
  assert.deepEqual(ask(name, "A", records), [`${name} A 10.244.0.1`, `${name} A 10.244.0.2`]);
  records.setEndpointSlice(slice("other", [{ port: 1 }], [{ ip: "10.244.0.1" }], "one"));
  assert.deepEqual(ask(name, "A", records), [`${name} A 10.244.0.2`]);
  assert.deepEqual(ask("1.0.244.10.in-addr.arpa", "PTR", records), ["forward"]);
  records.removeEndpointSlice({ namespace: "default", name: "two" });
  assert.deepEqual(ask(name, "A", records), ["NXDOMAIN", soa]);
  records.removeService({ namespace: "default", name: "db" });
  assert.deepEqual(ask(`default.svc.${zone}`, "A", records), ["NXDOMAIN", soa]);
});
