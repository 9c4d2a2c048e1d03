import type { ParityScript } from "../parity.ts";
import { loosely } from "./manifests.ts";

/** A report on a project: a web server and its database, in pods of their own. */
export const reportScripts: readonly ParityScript[] = [
  {
    name: "pods that talk to each other",
    nodes: 1,
    steps: [
      { settle: "create deployment mysql-app --image=mysql --port=3306" },
      { settle: "create deployment node-app --image=node --port=80" },
      { settle: "expose deployment mysql-app --type=NodePort" },
      { settle: "expose deployment node-app --type=LoadBalancer" },
      { settle: "wait deployment mysql-app node-app --for=condition=Available" },
      "get pods",
      "get deployments",
      loosely("get services"),
    ],
  },
];
