import assert from "node:assert/strict";
import { test } from "node:test";
import { allResources } from "./all.ts";
import { createSurroundings, problems, updateProblems } from "./testing.ts";

const definitions = allResources(createSurroundings().dependencies);

function definitionOf(kind: string, version = "") {
  const found = definitions.find(
    ({ type }) => type.info.kind === kind && (!version || type.info.version === version),
  );
  assert.ok(found, kind);
  return found;
}

interface Case {
  readonly kind: string;
  readonly what: string;
  readonly object: object;
  readonly old?: object;
  readonly errors: readonly string[];
}

const metadata = { name: "x", namespace: "default" };
const target = { apiVersion: "apps/v1", kind: "Deployment", name: "d" };
const jobTemplate = { spec: { restartPolicy: "Never", containers: [{ name: "c", image: "i" }] } };
const volume = { capacity: { storage: "1Gi" }, accessModes: ["ReadWriteOnce"] };
const flow = (rules: object[], rest: object = {}) => ({
  metadata,
  spec: { priorityLevelConfiguration: { name: "p" }, matchingPrecedence: 5, rules, ...rest },
});
const hook = {
  name: "a.b.c",
  clientConfig: { url: "https://a.b/c" },
  sideEffects: "None",
  admissionReviewVersions: ["v1"],
};

const claimSpec = { accessModes: ["ReadWriteOnce"], resources: { requests: { storage: "1Gi" } } };
const setWith = (mount: string, claim: string) => ({
  metadata,
  spec: {
    selector: { matchLabels: { a: "b" } },
    serviceName: "x",
    template: {
      metadata: { labels: { a: "b" } },
      spec: {
        containers: [{ name: "c", image: "i", volumeMounts: [{ name: mount, mountPath: "/d" }] }],
      },
    },
    volumeClaimTemplates: [{ metadata: { name: claim }, spec: claimSpec }],
  },
});

const cases: readonly Case[] = [
  {
    kind: "StatefulSet",
    what: "a mount of a claim's template",
    object: setWith("data", "data"),
    errors: [],
  },
  {
    kind: "StatefulSet",
    what: "a mount of nothing, and a claim that no volume can be named after",
    object: setWith("data", "Not_A_Label"),
    errors: [
      "spec.template.spec.volumes[0].name: Invalid value: \"Not_A_Label\": a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')",
      'spec.template.spec.containers[0].volumeMounts[0].name: Not found: "data"',
    ],
  },
  {
    kind: "HorizontalPodAutoscaler",
    what: "no most replicas",
    object: { metadata, spec: { scaleTargetRef: target } },
    errors: [
      "spec.maxReplicas: Required value: must be set and greater than 0",
      "spec.maxReplicas: Invalid value: 0: must be greater than or equal to `minReplicas`",
    ],
  },
  {
    kind: "HorizontalPodAutoscaler",
    what: "two sources of one metric",
    object: {
      metadata,
      spec: {
        scaleTargetRef: target,
        maxReplicas: 2,
        metrics: [
          {
            type: "Pods",
            pods: { metric: { name: "q" }, target: { type: "AverageValue", averageValue: "1" } },
            resource: { name: "cpu", target: { type: "Utilization", averageUtilization: 1 } },
          },
        ],
      },
    },
    errors: ["spec.metrics[0].resource: Forbidden: must populate the given metric source only"],
  },
  {
    kind: "PersistentVolume",
    what: "two places at once",
    object: { metadata: { name: "x" }, spec: { ...volume, local: { path: "/a" }, nfs: {} } },
    errors: [
      "spec.nfs.server: Required value",
      "spec.nfs.path: Required value",
      'spec.nfs.path: Invalid value: "": must be an absolute path',
      "spec.local: Forbidden: may not specify more than 1 volume type",
    ],
  },
  {
    kind: "PersistentVolume",
    what: "a place on some node",
    object: { metadata: { name: "x" }, spec: { ...volume, local: { path: "/a" } } },
    errors: ["spec.nodeAffinity: Required value: Local volume requires node affinity"],
  },
  {
    kind: "PersistentVolume",
    what: "another source",
    old: { metadata: { name: "x" }, spec: { ...volume, hostPath: { path: "/a" } } },
    object: { metadata: { name: "x" }, spec: { ...volume, hostPath: { path: "/b" } } },
    errors: [
      "spec.persistentvolumesource: Forbidden: spec.persistentvolumesource is immutable after " +
        "creation",
    ],
  },
  {
    kind: "VolumeAttachment",
    what: "two volumes",
    object: {
      metadata: { name: "x" },
      spec: {
        attacher: "a.b",
        nodeName: "n",
        source: { persistentVolumeName: "p", inlineVolumeSpec: {} },
      },
    },
    errors: [
      "spec.source: Forbidden: must specify exactly one of inlineVolumeSpec and " +
        "persistentVolumeName",
    ],
  },
  {
    kind: "ServiceCIDR",
    what: "two of one family",
    object: { metadata: { name: "x" }, spec: { cidrs: ["10.0.0.0/16", "10.1.0.0/16"] } },
    errors: [
      'spec.cidrs: Invalid value: ["10.0.0.0/16","10.1.0.0/16"]: may specify no more than one IP ' +
        "for each IP family, i.e 192.168.0.0/24 and 2001:db8::/64",
    ],
  },
  {
    kind: "ServiceCIDR",
    what: "hosts in the network's address",
    object: { metadata: { name: "x" }, spec: { cidrs: ["10.0.0.1/16"] } },
    errors: [
      'spec.cidrs[0]: Invalid value: "10.0.0.1/16": must not have bits set beyond the prefix length',
    ],
  },
  {
    kind: "FlowSchema",
    what: "nobody and nothing",
    object: flow([{ subjects: [] }]),
    errors: [
      "spec.rules[0].subjects: Required value: subjects must contain at least one value",
      "spec.rules[0]: Required value: at least one of resourceRules and nonResourceRules has to " +
        "be non-empty",
    ],
  },
  {
    kind: "FlowSchema",
    what: "the highest precedence",
    object: flow([], { matchingPrecedence: 1 }),
    errors: [
      "spec.matchingPrecedence: Invalid value: 1: only the schema named 'exempt' may have " +
        "matchingPrecedence 1",
    ],
  },
  {
    kind: "PriorityLevelConfiguration",
    what: "more queues in a hand than there are",
    object: {
      metadata: { name: "x" },
      spec: {
        type: "Limited",
        limited: { limitResponse: { type: "Queue", queuing: { queues: 2, handSize: 3 } } },
      },
    },
    errors: [
      "spec.limited.limitResponse.queuing.handSize: Invalid value: 3: should not be greater than " +
        "queues (2)",
    ],
  },
  {
    kind: "MutatingWebhookConfiguration",
    what: "an address that is not secure, and a name that is taken",
    object: {
      metadata: { name: "x" },
      webhooks: [{ ...hook, clientConfig: { url: "http://a.b/c" } }, hook],
    },
    errors: [
      "webhooks[0].clientConfig.url: Invalid value: \"http\": 'https' is the only allowed URL " +
        "scheme; desired format: https://host[/path]",
      'webhooks[1].name: Duplicate value: "a.b.c"',
    ],
  },
  {
    kind: "ValidatingAdmissionPolicyBinding",
    what: "both a refusal and a warning",
    object: {
      metadata: { name: "x" },
      spec: { policyName: "p", validationActions: ["Deny", "Warn"] },
    },
    errors: [
      'spec.validationActions: Invalid value: ["Deny","Warn"]: must not contain both Deny and ' +
        "Warn (repeating the same validation failure information in the API response and headers " +
        "serves no purpose)",
    ],
  },
  {
    kind: "ResourceClaim",
    what: "a constraint on a request that is none",
    object: {
      metadata,
      spec: {
        devices: {
          requests: [{ name: "a", exactly: { deviceClassName: "c" } }],
          constraints: [{ requests: ["b"], matchAttribute: "model" }],
        },
      },
    },
    errors: [
      'spec.devices.constraints[0].requests[0]: Invalid value: "b": must be the name of a request ' +
        "in the claim or the name of a request and a subrequest separated by '/'",
      'spec.devices.constraints[0].matchAttribute: Invalid value: "model": a fully qualified name ' +
        "must be a domain and a name separated by a slash",
    ],
  },
  {
    kind: "ResourceSlice",
    what: "no place",
    object: {
      metadata: { name: "x" },
      spec: { driver: "a.b", pool: { name: "p", resourceSliceCount: 1 } },
    },
    errors: [
      "spec: Required value: exactly one of `nodeName`, `nodeSelector`, `allNodes`, " +
        "`perDeviceNodeSelection` is required",
    ],
  },
  {
    kind: "Job",
    what: "indexes without numbers, and a rule about no container",
    object: {
      metadata,
      spec: {
        maxFailedIndexes: 1,
        selector: {},
        podFailurePolicy: {
          rules: [
            { action: "Ignore", onExitCodes: { containerName: "d", operator: "In", values: [0] } },
          ],
        },
        template: jobTemplate,
      },
    },
    errors: [
      "spec.maxFailedIndexes: Invalid value: 1: requires indexed completion mode",
      'spec.podFailurePolicy.rules[0].onExitCodes.containerName: Invalid value: "d": must be one ' +
        "of the container or initContainer names in the pod template",
      "spec.podFailurePolicy.rules[0].onExitCodes.values[0]: Invalid value: 0: must not be 0 for " +
        "the In operator",
    ],
  },
  {
    kind: "CronJob",
    what: "a schedule and a zone that are none",
    object: {
      metadata,
      spec: {
        schedule: "daily",
        timeZone: "Mars",
        jobTemplate: { spec: { template: jobTemplate } },
      },
    },
    errors: [
      'spec.schedule: Invalid value: "daily": expected exactly 5 fields, found 1: [daily]',
      'spec.timeZone: Invalid value: "Mars": unknown time zone Mars',
    ],
  },
  {
    kind: "NetworkPolicy",
    what: "a range of ports that ends before it begins, and an exception elsewhere",
    object: {
      metadata,
      spec: {
        ingress: [
          {
            ports: [{ port: 80, endPort: 70 }],
            from: [{ ipBlock: { cidr: "10.0.0.0/8", except: ["11.0.0.0/16"] } }],
          },
        ],
      },
    },
    errors: [
      "spec.ingress[0].ports[0].endPort: Invalid value: 80: must be greater than or equal to `port`",
      'spec.ingress[0].from[0].ipBlock.except[0]: Invalid value: "11.0.0.0/16": must be a strict ' +
        "subset of `cidr`",
    ],
  },
  {
    kind: "ResourceQuota",
    what: "opposite scopes",
    object: { metadata, spec: { scopes: ["BestEffort", "NotBestEffort"] } },
    errors: ['spec.scopes: Invalid value: ["BestEffort","NotBestEffort"]: conflicting scopes'],
  },
  {
    kind: "CertificateSigningRequest",
    what: "a signer without a domain, for too short a time",
    object: {
      metadata: { name: "x" },
      spec: { request: "aGk=", signerName: "me", usages: ["any"], expirationSeconds: 5 },
    },
    errors: [
      'spec.signerName: Invalid value: "me": must be a fully qualified domain and path of the form ' +
        "'example.com/signer-name'",
      "spec.expirationSeconds: Invalid value: 5: may not specify a duration less than 600 seconds " +
        "(10 minutes)",
    ],
  },
];

for (const { errors, kind, object, old, what } of cases) {
  test(`${kind}: ${what}`, () => {
    const definition = definitionOf(kind, kind.startsWith("Horizontal") ? "v2" : "");
    const found = old ? updateProblems(definition, old, object) : problems(definition, object);
    assert.deepEqual([...found].sort(), [...errors].sort());
  });
}

test("names that are addresses must be written in one way", () => {
  const { nameRule } = definitionOf("IPAddress");
  assert.ok(typeof nameRule === "function");
  assert.deepEqual(nameRule("10.96.0.1"), []);
  assert.deepEqual(nameRule("010.96.0.1"), ["must not have leading 0s"]);
  assert.deepEqual(nameRule("2001:DB8::1"), ['must be in canonical form ("2001:db8::1")']);
  assert.deepEqual(nameRule("::ffff:1.2.3.4"), ["must not be an IPv4-mapped IPv6 address"]);
});
