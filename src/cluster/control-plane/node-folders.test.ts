import assert from "node:assert/strict";
import { test } from "node:test";
import { Node } from "#api/core/v1.ts";
import { utf8 } from "#base/bytes.ts";
import type { ApiResponse } from "#client/transport.ts";
import { applyDefaults } from "#schema/default.ts";
import { simulatedLabel } from "#testkit/simulated-node.ts";
import { nodeFolders } from "./node-folders.ts";

const { signal } = new AbortController();

function node(labels: Record<string, string> = {}) {
  const annotations = { "kijabi.io/volume-folder": "/state/host-path" };
  return applyDefaults(Node, { metadata: { name: "n", labels, annotations } });
}

function folders(response: ApiResponse) {
  const asked: string[] = [];
  const tunnel = () => Promise.reject(new Error("nothing is tunnelled"));
  const connector = nodeFolders({
    fetch(target, { method, path }) {
      asked.push(`${target.kind === "kubelet" ? target.node : ""} ${method} ${path}`);
      return Promise.resolve(response);
    },
    tunnel,
  });
  const remove = (where: Node, path: string) => connector.remove(where, path, signal);
  return { asked, remove };
}

const done: ApiResponse = { status: 204, headers: {}, body: { kind: "none" } };

test("a kubelet is told to delete a volume by its name in the kubelet's own folder", async () => {
  const { asked, remove } = folders(done);
  await remove(node(), "/state/host-path/pvc-1");
  assert.deepEqual(asked, ["n DELETE /volumes/pvc-1"]);
  await assert.rejects(remove(node(), "/etc/passwd"), {
    message: 'node "n" keeps no volumes of its own where /etc/passwd is',
  });
  await remove(node({ [simulatedLabel]: "true" }), "/state/host-path/pvc-1");
  assert.equal(asked.length, 1, "a node that pretends has no folders");
});

test("what the kubelet answers is told", async () => {
  const bytes = utf8("the disk is read-only");
  const body = { kind: "bytes", contentType: "text/plain", bytes } as const;
  const { remove } = folders({ status: 500, headers: {}, body });
  await assert.rejects(remove(node(), "/state/host-path/pvc-1"), {
    message: 'node "n" cannot delete /state/host-path/pvc-1: the disk is read-only',
  });
});
