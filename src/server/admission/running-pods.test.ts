import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { Binding, Pod } from "#api/core/v1.ts";
import { admit, plugin, pod, refusedWith } from "./fake.test-support.ts";
import { metadataOf } from "./refusal.ts";

const node = (others: { labels?: object; status?: object } = {}) => ({
  kind: "Node",
  metadata: { name: "n", labels: others.labels ?? {} },
  status: { allocatable: { cpu: "1", memory: "1Gi" }, ...others.status },
});
const placed = (spec: object, generation: number) =>
  pod({ nodeName: "n", ...spec }, { generation });
const asked = (amounts: object) => ({
  containers: [{ name: "c", resources: { requests: amounts } }],
});

describe("changes of running pods", () => {
  const resize = (spec: object) => ({
    type: Pod,
    operation: "UPDATE" as const,
    subresource: "resize",
    object: placed(spec, 2),
    oldObject: placed(asked({ cpu: "100m" }), 1),
  });

  it("stay within what the node has", async () => {
    const { found } = plugin("PodResizeValidator", node());
    await admit(found, resize(asked({ cpu: "900m" })));
    await refusedWith(
      admit(found, resize(asked({ cpu: "1500m", memory: "2Gi" }))),
      403,
      'pods "web" is forbidden: node didn\'t have enough allocatable resources: cpu, requested: ' +
        "1500, allocatable: 1000; memory, requested: 2147483648, allocatable: 1073741824",
    );
    const windows = plugin(
      "PodResizeValidator",
      node({ labels: { "kubernetes.io/os": "windows" } }),
    );
    await assert.rejects(
      admit(windows.found, resize(asked({ cpu: "1" }))),
      /pod resize is only supported on linux nodes, node "n" is "windows"/,
    );
  });

  it("ask for nothing that the node has not declared", async () => {
    const spec = { ...asked({ cpu: "100m" }), resources: { requests: { cpu: "1" } } };
    const feature = "InPlacePodLevelResourcesVerticalScaling";
    const { found } = plugin("NodeDeclaredFeatureValidator", node());
    await admit(found, resize(asked({ cpu: "1" })));
    await refusedWith(
      admit(found, resize(spec)),
      403,
      `pods "web" is forbidden: pod update requires features ${feature} which are not available ` +
        'on node "n"',
    );
    const able = plugin(
      "NodeDeclaredFeatureValidator",
      node({ status: { declaredFeatures: [feature] } }),
    );
    await admit(able.found, resize(spec));
  });
});

describe("topology labels", () => {
  const labels = { "topology.kubernetes.io/zone": "a", "kubernetes.io/hostname": "n" };

  it("come from the node to the pod", async () => {
    const { found } = plugin("PodTopologyLabels", node({ labels }));
    const { object } = await admit(found, { type: Pod, object: placed({}, 1) });
    const zone = { "topology.kubernetes.io/zone": "a" };
    assert.deepEqual(metadataOf(object).labels, zone);
    const binding = { kind: "Binding", metadata: {}, target: { kind: "Node", name: "n" } };
    const bound = await admit(found, {
      type: Binding,
      resource: "pods",
      subresource: "binding",
      object: binding,
    });
    assert.deepEqual(metadataOf(bound.object).labels, zone);
  });
});
