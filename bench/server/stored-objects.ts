import { utf8 } from "#base/bytes.ts";
import type { StoredItem } from "./fill.ts";

const time = "2026-01-01T00:00:00Z";
const uidOf = (index: number) => `3f1b2c4d-0000-4000-8000-${String(index).padStart(12, "0")}`;
const identifier = "0123456789abcdef".repeat(4);

/** A pod that runs, as a ReplicaSet made it and a kubelet reports of it: about 3 kB. */
export function storedPod(index: number): StoredItem {
  const app = `web-${index % 100}`;
  const name = `${app}-6b7f5d9c48-${index.toString(36).padStart(5, "0")}`;
  const namespace = `ns-${Math.floor(index / 100)}`;
  const metadata = {
    name,
    generateName: `${app}-6b7f5d9c48-`,
    namespace,
    uid: uidOf(index),
    generation: 1,
    creationTimestamp: time,
    labels: { app, "pod-template-hash": "6b7f5d9c48", tier: "frontend" },
    ownerReferences: [{ ...owner, name: `${app}-6b7f5d9c48` }],
    managedFields: [
      managed("kube-controller-manager", podFields),
      { ...managed("kubelet", statusFields), subresource: "status" },
    ],
  };
  const spec = { ...podSpec, nodeName: `node-${index % 500}` };
  const pod = { kind: "Pod", apiVersion: "v1", metadata, spec, status: podStatus };
  return { key: `/registry/pods/${namespace}/${name}`, value: utf8(JSON.stringify(pod)) };
}

const owner = {
  apiVersion: "apps/v1",
  kind: "ReplicaSet",
  uid: uidOf(1),
  controller: true,
  blockOwnerDeletion: true,
};

const managed = (manager: string, fieldsV1: object) => ({
  manager,
  operation: "Update",
  apiVersion: "v1",
  time,
  fieldsType: "FieldsV1",
  fieldsV1,
});

const fields = (...names: string[]) => Object.fromEntries(names.map((name) => [`f:${name}`, {}]));

const podFields = {
  "f:metadata": { ...fields("generateName"), "f:labels": { ".": {}, ...fields("app", "tier") } },
  "f:spec": {
    "f:containers": {
      'k:{"name":"web"}': { ".": {}, ...fields("image", "name", "ports", "resources") },
    },
    ...fields("dnsPolicy", "enableServiceLinks", "restartPolicy", "schedulerName"),
  },
};
const statusFields = { "f:status": fields("conditions", "containerStatuses", "phase", "podIP") };

const podSpec = {
  containers: [
    {
      name: "web",
      image: "registry.example.com/shop/web:1.42.0",
      ports: [{ containerPort: 80, protocol: "TCP" }],
      env: [{ name: "DATABASE_URL", value: "postgres://db.shop.svc:5432/shop" }],
      resources: {
        limits: { cpu: "500m", memory: "128Mi" },
        requests: { cpu: "250m", memory: "64Mi" },
      },
      terminationMessagePath: "/dev/termination-log",
      terminationMessagePolicy: "File",
      imagePullPolicy: "IfNotPresent",
    },
  ],
  restartPolicy: "Always",
  terminationGracePeriodSeconds: 30,
  dnsPolicy: "ClusterFirst",
  serviceAccountName: "default",
  serviceAccount: "default",
  securityContext: {},
  schedulerName: "default-scheduler",
  tolerations: ["not-ready", "unreachable"].map((name) => ({
    key: `node.kubernetes.io/${name}`,
    operator: "Exists",
    effect: "NoExecute",
    tolerationSeconds: 300,
  })),
  priority: 0,
  enableServiceLinks: true,
  preemptionPolicy: "PreemptLowerPriority",
};

const podStatus = {
  phase: "Running",
  conditions: ["Initialized", "Ready", "ContainersReady", "PodScheduled"].map((type) => ({
    type,
    status: "True",
    lastProbeTime: null,
    lastTransitionTime: time,
  })),
  hostIP: "10.0.0.1",
  podIP: "10.244.1.7",
  podIPs: [{ ip: "10.244.1.7" }],
  startTime: time,
  containerStatuses: [
    {
      name: "web",
      state: { running: { startedAt: time } },
      lastState: {},
      ready: true,
      restartCount: 0,
      image: "registry.example.com/shop/web:1.42.0",
      imageID: `registry.example.com/shop/web@sha256:${identifier}`,
      containerID: `containerd://${identifier}`,
      started: true,
    },
  ],
  qosClass: "Burstable",
};

/** What a small operator keeps: about 1 kB. */
export function storedWidget(index: number): StoredItem {
  const name = `widget-${String(index).padStart(6, "0")}`;
  const widget = {
    kind: "Widget",
    apiVersion: "bench.example.com/v1",
    metadata: {
      name,
      namespace: "bench",
      uid: uidOf(index),
      generation: 1,
      creationTimestamp: time,
      labels: { app: `web-${index % 100}` },
      managedFields: [managed("operator", { "f:spec": fields("size", "text") })],
    },
    spec: { size: index, text: "level=info;".repeat(50) },
  };
  const key = `/registry/bench.example.com/widgets/bench/${name}`;
  return { key, value: utf8(JSON.stringify({ ...widget })) };
}
