import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { PersistentVolume, Pod } from "#api/core/v1.ts";
import type { Attributes } from "../authorizer.ts";
import { selectorsOfQuery } from "../selectors.ts";
import { nodeAuthorizer } from "./authorizer.ts";
import { NodeGraph } from "./graph.ts";

const pod = (name: string, nodeName: string | undefined) =>
  ({
    metadata: { namespace: "default", name },
    spec: {
      nodeName,
      serviceAccountName: "app",
      imagePullSecrets: [{ name: "pull" }],
      containers: [
        {
          name: "c",
          env: [{ name: "A", valueFrom: { secretKeyRef: { name: "env-secret", key: "k" } } }],
          envFrom: [{ configMapRef: { name: "env-map" } }],
        },
      ],
      resourceClaims: [{ name: "gpu", resourceClaimName: "gpu" }],
      volumes: [
        { name: "data", persistentVolumeClaim: { claimName: "claim" } },
        { name: "scratch", ephemeral: {} },
        { name: "api", projected: { sources: [{ configMap: { name: "kube-root-ca.crt" } }] } },
      ],
    },
    status: {},
  }) as unknown as Pod;

const volume = {
  metadata: { name: "pv-1" },
  spec: {
    claimRef: { namespace: "default", name: "claim" },
    csi: { driver: "d", nodeStageSecretRef: { namespace: "storage", name: "stage" } },
  },
} as unknown as PersistentVolume;

const keyOf = (name: string) => `/registry/pods/default/${name}`;

function setUp() {
  const graph = new NodeGraph();
  graph.putPod(keyOf("web"), pod("web", "node-a"));
  graph.putPod(keyOf("unbound"), pod("unbound", undefined));
  graph.putVolume(volume);
  graph.setNodeOf("volumeattachments", "va-1", "node-a");
  graph.setNodeOf("volumeattachments", "va-2", "node-b");
  graph.setNodeOf("resourceslices", "slice-1", "node-a");
  graph.setNodeOf("resourceslices", "slice-2", "node-b");
  graph.putPod(keyOf("mirror"), {
    metadata: {
      namespace: "default",
      name: "mirror",
      annotations: { "kubernetes.io/config.mirror": "hash" },
    },
    spec: {
      nodeName: "node-a",
      containers: [{ name: "a", envFrom: [{ configMapRef: { name: "mirrored" } }] }],
    },
    status: {},
  } as unknown as Pod);
  return graph;
}

function attributes(text: string, node = "node-a"): Attributes {
  const [verb = "", target = "", where = "", fieldSelector] = text.split(" ");
  const [group = "", resources = ""] = target.includes(":") ? target.split(":") : ["", target];
  const [resource = "", subresource = ""] = resources.split("/");
  const [namespace = "", name = ""] = where.split("/");
  return {
    user: { name: `system:node:${node}`, groups: ["system:nodes"] },
    verb,
    isResource: true,
    group,
    version: "v1",
    resource,
    subresource,
    namespace,
    name,
    path: "",
    selectors: fieldSelector ? selectorsOfQuery(new URLSearchParams({ fieldSelector })) : undefined,
  };
}

describe("node authorizer", () => {
  const noRelation = "no relationship found between node 'node-a' and this object";
  const table: [text: string, reason: string | undefined][] = [
    ["get secrets default/env-secret", undefined],
    ["get secrets default/pull", undefined],
    ["get secrets default/other", noRelation],
    ["get secrets other/pull", noRelation],
    ["get secrets storage/stage", undefined],
    ["watch secrets default/ metadata.name=pull", undefined],
    ["list secrets default", "No Object name found"],
    ["delete secrets default/pull", "can only read resources of this type"],
    ["get configmaps default/env-map", undefined],
    ["get configmaps default/kube-root-ca.crt", undefined],
    ["get persistentvolumeclaims default/claim", undefined],
    ["get persistentvolumeclaims default/web-scratch", undefined],
    ["list persistentvolumeclaims default", "can only get individual resources of this type"],
    ["update persistentvolumeclaims/status default/claim", undefined],
    ["get persistentvolumes /pv-1", undefined],
    ["get persistentvolumes /pv-2", noRelation],
    ["create serviceaccounts/token default/app", undefined],
    ["create serviceaccounts/token default/default", noRelation],
    ["get pods default/web", undefined],
    ["get pods default/unbound", noRelation],
    ["list pods  spec.nodeName=node-a", undefined],
    [
      "list pods  spec.nodeName=node-b",
      "can only list/watch pods with spec.nodeName field selector",
    ],
    [
      "list pods  spec.nodeName!=node-a",
      "can only list/watch pods with spec.nodeName field selector",
    ],
    ["update pods/status default/web", undefined],
    ["update pods default/web", ""],
    ["get nodes /node-a", undefined],
    ["get nodes /node-b", "node 'node-a' cannot read 'node-b', only its own Node object"],
    ["watch nodes  metadata.name=node-a", undefined],
    ["list nodes", "node 'node-a' cannot read all nodes, only its own Node object"],
    ["patch nodes/status /node-a", undefined],
    ["update coordination.k8s.io:leases kube-node-lease/node-a", undefined],
    [
      "update coordination.k8s.io:leases kube-node-lease/node-b",
      "can only access node lease with the same name as the requesting node",
    ],
    [
      "update coordination.k8s.io:leases default/node-a",
      'can only access leases in the "kube-node-lease" system namespace',
    ],
    ["get storage.k8s.io:csinodes /node-a", undefined],
    ["list storage.k8s.io:csinodes", "can only get, create, update, patch, or delete a CSINode"],
    ["get storage.k8s.io:volumeattachments /va-1", undefined],
    ["get storage.k8s.io:volumeattachments /va-2", noRelation],
    ["create resource.k8s.io:resourceslices", undefined],
    ["update resource.k8s.io:resourceslices /slice-1", undefined],
    ["delete resource.k8s.io:resourceslices /slice-2", noRelation],
    ["watch resource.k8s.io:resourceslices  nodeName=node-a", undefined],
    [
      "list resource.k8s.io:resourceslices  nodeName=node-b",
      "can only list/watch/deletecollection resourceslices with nodeName field selector",
    ],
    ["get resource.k8s.io:resourceclaims default/gpu", undefined],
    ["create certificates.k8s.io:certificatesigningrequests", undefined],
    ["delete certificates.k8s.io:certificatesigningrequests /x", ""],
    ["get certificates.k8s.io:podcertificaterequests default/x", ""],
    ["get configmaps default/mirrored", noRelation],
    ["get pods default/mirror", undefined],
    ["list services", undefined],
    ["create events default", undefined],
    ["list apps:deployments", ""],
  ];
  const authorizer = nodeAuthorizer(setUp());
  for (const [text, reason] of table) {
    it(`${reason === undefined ? "allows" : "does not allow"} ${text}`, async () => {
      assert.deepEqual(
        await authorizer.authorize(attributes(text)),
        reason === undefined
          ? { decision: "allow", reason: "" }
          : { decision: "noOpinion", reason },
      );
    });
  }

  it("tells nodes from others", async () => {
    const asked = attributes("get secrets default/pull");
    const other = { ...asked, user: { name: "ann", groups: ["system:nodes"] } };
    assert.deepEqual(await authorizer.authorize(other), { decision: "noOpinion", reason: "" });
    const elsewhere = attributes("get secrets default/pull", "node-b");
    assert.equal((await authorizer.authorize(elsewhere)).decision, "noOpinion");
  });

  it("forgets what a new list does not name", () => {
    const graph = setUp();
    graph.retainNodeNamed("volumeattachments", new Set(["va-2"]));
    assert.equal(graph.isRelated("node-a", "volumeattachments", "", "va-1"), false);
    assert.equal(graph.isRelated("node-b", "volumeattachments", "", "va-2"), true);
    assert.equal(graph.isRelated("node-a", "resourceslices", "", "slice-1"), true);
    graph.retainVolumes(new Set());
    assert.equal(graph.isRelated("node-a", "persistentvolumes", "", "pv-1"), false);
    graph.retainPods(new Set([keyOf("mirror")]));
    assert.equal(graph.isRelated("node-a", "secrets", "default", "pull"), false);
    assert.equal(graph.isRelated("node-a", "pods", "default", "web"), false);
    assert.equal(graph.isRelated("node-a", "pods", "default", "mirror"), true);
  });

  it("forgets what no pod needs any more", () => {
    const graph = setUp();
    const sees = () => graph.isRelated("node-a", "secrets", "default", "pull");
    graph.putPod(keyOf("second"), pod("second", "node-a"));
    graph.removePod(keyOf("web"));
    assert.equal(sees(), true);
    graph.removePod(keyOf("second"));
    assert.equal(sees(), false);
    assert.equal(graph.isRelated("node-a", "secrets", "storage", "stage"), false);
  });
});
