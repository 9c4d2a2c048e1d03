import type { ParityScript } from "../parity.ts";

const controller = (version: string) => `apiVersion: v1
kind: ReplicationController
metadata: {name: web-${version}}
spec:
  replicas: 0
  selector: {app: web, version: ${version}}
  template:
    metadata: {labels: {app: web, version: ${version}}}
    spec: {containers: [{name: web, image: "web:${version}"}]}
`;

/** A blog on Deployments, and on what was there before them. */
export const blogScripts: readonly ParityScript[] = [
  {
    name: "replication controllers instead of one another",
    files: { "web-v1.yaml": controller("v1"), "web-v2.yaml": controller("v2") },
    steps: [
      "create -f web-v1.yaml",
      // It is gone since v1.18.
      "rolling-update web-v1 -f web-v2.yaml",
      "create -f web-v2.yaml",
      "scale rc web-v1 web-v2 --replicas=0",
      "get rc",
    ],
  },
];
