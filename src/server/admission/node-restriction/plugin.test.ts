import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { TokenRequest } from "#api/authentication/v1.ts";
import { PodCertificateRequest } from "#api/certificates/v1beta1.ts";
import { Node, Pod } from "#api/core/v1.ts";
import { admit, plugin, pod } from "../fake.test-support.ts";
import type { Asked } from "../fake.test-support.ts";

describe("NodeRestriction", () => {
  const node = { name: "system:node:a", groups: ["system:nodes"] };
  const stored = [
    { kind: "Node", metadata: { name: "a", uid: "na" } },
    pod({ nodeName: "a", serviceAccountName: "runner" }, { name: "mine", uid: "p1" }),
    { kind: "ServiceAccount", metadata: { namespace: "default", name: "runner", uid: "s1" } },
    pod({ nodeName: "b" }, { name: "other", uid: "p2" }),
  ];
  const labelled = (labels: object, spec: object = {}) => ({
    kind: "Node",
    metadata: { name: "a", labels },
    spec,
  });
  const mirror = {
    annotations: { "kubernetes.io/config.mirror": "x" },
    ownerReferences: [{ apiVersion: "v1", kind: "Node", name: "a", uid: "na", controller: true }],
  };
  const token = (boundObjectRef?: object): Asked => ({
    type: TokenRequest,
    resource: "serviceaccounts",
    subresource: "token",
    namespace: "default",
    name: "default",
    object: { metadata: {}, spec: { boundObjectRef } },
  });
  const certificate = (spec: object): Asked => ({
    type: PodCertificateRequest,
    resource: "podcertificaterequests",
    namespace: "default",
    name: "c",
    object: {
      metadata: {},
      spec: {
        nodeName: "a",
        nodeUID: "na",
        podName: "mine",
        podUID: "p1",
        serviceAccountName: "runner",
        serviceAccountUID: "s1",
        ...spec,
      },
    },
  });
  const table: [what: string, Asked, refused: RegExp | undefined][] = [
    [
      "deletes its pods",
      { type: Pod, operation: "DELETE", namespace: "default", name: "mine" },
      undefined,
    ],
    [
      "deletes others' pods",
      { type: Pod, operation: "DELETE", namespace: "default", name: "other" },
      /node "a" can only delete pods with spec.nodeName set to itself/,
    ],
    ["makes pods", { type: Pod, object: pod({ nodeName: "a" }) }, /can only create mirror pods/],
    ["makes mirror pods", { type: Pod, object: pod({ nodeName: "a" }, mirror) }, undefined],
    [
      "makes mirror pods with secrets",
      {
        type: Pod,
        object: pod(
          { nodeName: "a", volumes: [{ name: "s", secret: { secretName: "x" } }] },
          mirror,
        ),
      },
      /can not create pods that reference secrets/,
    ],
    [
      "writes another node",
      { type: Node, object: { kind: "Node", metadata: { name: "b" } } },
      /node "a" is not allowed to modify node "b"/,
    ],
    ["asks for a certificate of its pod", certificate({}), undefined],
    [
      "asks for a certificate in the name of another node",
      certificate({ nodeName: "b" }),
      /PodCertificateRequest.Spec.NodeName="b", which is not the requesting node "a"/,
    ],
    [
      "asks for a certificate of another node's pod",
      certificate({ podName: "other", podUID: "p2" }),
      /pod "default\/other" is not running on node "a" named in the PodCertificateRequest/,
    ],
    [
      "asks for a certificate of a pod that is gone",
      certificate({ podUID: "p9" }),
      /contains pod UID \("p9"\) which differs from running pod "p1"/,
    ],
    [
      "asks for a certificate of another account",
      certificate({ serviceAccountName: "admin" }),
      /contains serviceAccountName \("admin"\) that differs from running pod \("runner"\)/,
    ],
    [
      "sets its own labels",
      { type: Node, object: labelled({ "kubernetes.io/hostname": "a", x: "y" }) },
      undefined,
    ],
    [
      "sets labels of others",
      { type: Node, object: labelled({ "node-restriction.kubernetes.io/x": "1" }) },
      /is not allowed to set the following labels: node-restriction.kubernetes.io\/x/,
    ],
    [
      "takes its taints away",
      {
        type: Node,
        operation: "UPDATE",
        object: labelled({}),
        oldObject: labelled({}, { taints: [{ key: "k", effect: "NoSchedule" }] }),
      },
      /is not allowed to modify taints/,
    ],
    [
      "asks for a token of a pod of its",
      token({ kind: "Pod", apiVersion: "v1", name: "mine", uid: "p1" }),
      undefined,
    ],
    ["asks for a token", token(), /node requested token not bound to a pod/],
    [
      "asks for a token of another's pod",
      token({ kind: "Pod", apiVersion: "v1", name: "other", uid: "p2" }),
      /bound to a pod scheduled on a different node/,
    ],
  ];
  for (const [what, asked, refused] of table) {
    it(`${refused ? "refuses when a node" : "lets by when a node"} ${what}`, async () => {
      const answer = admit(plugin("NodeRestriction", ...stored).found, { ...asked, user: node });
      if (refused) await assert.rejects(answer, refused);
      else await answer;
    });
  }

  it("does not restrict others", async () => {
    const { found } = plugin("NodeRestriction", ...stored);
    await admit(found, { type: Pod, object: pod() });
  });
});
