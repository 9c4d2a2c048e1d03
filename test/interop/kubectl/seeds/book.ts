import type { ParityScript } from "../parity.ts";
import { loosely } from "./manifests.ts";

const pod = `apiVersion: v1
kind: Pod
metadata:
  name: redis
  labels:
    app: redis
spec:
  containers:
    - name: redis
      image: redis123
`;

/** A beginner's book: its practices 1 to 6. */
export const bookScripts: readonly ParityScript[] = [
  {
    name: "practices 1 to 6",
    nodes: 1,
    files: { "pod.yaml": pod },
    steps: [
      { settle: "wait node simulated-0 --for=condition=Ready" },
      { settle: "run coredns --image=coredns -n kube-system" },
      { settle: "wait pod coredns -n kube-system --for=condition=Ready" },
      // 1. A pod with the image nginx.
      "run nginx --image=nginx:",
      "run nginx --image=nginx",
      { settle: "wait pod nginx --for=condition=Ready" },
      "get pods",
      // 2. Its image.
      loosely("describe pod nginx"),
      // 3. Its end.
      "delete pod nginx",
      "get pod nginx",
      // 4. A pod of a file.
      "apply -f pod.yaml",
      { settle: "wait pod redis --for=condition=Ready" },
      loosely("describe pod redis"),
      // 5. Namespaces.
      "get namespace",
      "get ns",
      "get pods --namespace=kube-system",
      "get pod --all-namespaces",
      "run test --image=nginx --namespace=default",
      { settle: "wait pod test --for=condition=Ready" },
      "get pods --namespace=default",
      // 6. Static pods.
      {
        run: "run pod static-busybox --image=busybox --dry-run=client -o yaml",
        into: "static-busybox.yaml",
      },
      "apply -f static-busybox.yaml",
    ],
  },
];
