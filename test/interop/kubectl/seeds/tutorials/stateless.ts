import type { ParityScript, Step } from "../../parity.ts";
import { loosely, manifests } from "../manifests.ts";

const guestbook = "application/guestbook";
const web = manifests(
  "service/load-balancer-example.yaml",
  `${guestbook}/redis-leader-deployment.yaml`,
  `${guestbook}/redis-leader-service.yaml`,
  `${guestbook}/redis-follower-deployment.yaml`,
  `${guestbook}/redis-follower-service.yaml`,
  `${guestbook}/frontend-deployment.yaml`,
  `${guestbook}/frontend-service.yaml`,
);

const available = (deployment: string): Step => ({
  settle: `rollout status deployment ${deployment}`,
});
/** That the pods which are not wanted any more have gone. */
const onlyPods = (count: number): Step => ({
  settle: `get pods -o go-template='{{if ne (len .items) ${count}}}{{template "not yet"}}{{end}}'`,
});

/** The tutorials' chapters on stateless applications and on services. */
export const statelessScripts: readonly ParityScript[] = [
  {
    name: "an address for the outside",
    nodes: 1,
    web,
    steps: [
      { settle: "wait node simulated-0 --for=condition=Ready" },
      "apply -f WEB/service/load-balancer-example.yaml",
      available("hello-world"),
      "get deployments hello-world",
      loosely("describe deployments hello-world"),
      "get replicasets",
      { ...loosely("describe replicasets"), unordered: true },
      "expose deployment hello-world --type=LoadBalancer --name=my-service",
      loosely("get services my-service"),
      loosely("describe services my-service"),
      loosely("get pods --output=wide"),
      "delete services my-service",
      "delete deployment hello-world",
    ],
  },
  {
    name: "the guestbook",
    nodes: 1,
    kubelets: true,
    web,
    steps: [
      { settle: "wait node simulated-0 --for=condition=Ready" },
      { run: "version", differs: "versions" },
      `apply -f WEB/${guestbook}/redis-leader-deployment.yaml`,
      available("redis-leader"),
      "get pods",
      "logs -f deployment/redis-leader",
      `apply -f WEB/${guestbook}/redis-leader-service.yaml`,
      loosely("get service"),
      `apply -f WEB/${guestbook}/redis-follower-deployment.yaml`,
      available("redis-follower"),
      "get pods",
      `apply -f WEB/${guestbook}/redis-follower-service.yaml`,
      loosely("get service"),
      `apply -f WEB/${guestbook}/frontend-deployment.yaml`,
      available("frontend"),
      "get pods -l app=guestbook -l tier=frontend",
      `apply -f WEB/${guestbook}/frontend-service.yaml`,
      loosely("get services"),
      { run: "port-forward svc/frontend PORT:80", until: /\[::1\]:\d+ -> 80/ },
      loosely("get service frontend"),
      "scale deployment frontend --replicas=5",
      available("frontend"),
      "get pods",
      "scale deployment frontend --replicas=2",
      onlyPods(5),
      "get pods",
      "delete deployment -l app=redis",
      "delete service -l app=redis",
      "delete deployment frontend",
      "delete service frontend",
      onlyPods(0),
      "get pods",
    ],
  },
  {
    name: "where packets come from",
    nodes: 1,
    kubelets: true,
    steps: [
      { settle: "wait node simulated-0 --for=condition=Ready" },
      "create deployment source-ip-app --image=k8s.gcr.io/echoserver:1.4",
      available("source-ip-app"),
      "get nodes",
      "expose deployment source-ip-app --name=clusterip --port=80 --target-port=8080",
      loosely("get svc clusterip"),
      { run: "run busybox -it --image=busybox:1.28 --restart=Never --rm", stdin: "ip addr\n" },
      "expose deployment source-ip-app --name=nodeport --port=80 --target-port=8080 --type=NodePort",
      { run: `get -o jsonpath="{.spec.ports[0].nodePort}" services nodeport`, as: "NODEPORT" },
      {
        run: `get nodes -o jsonpath='{ $.items[*].status.addresses[?(@.type=="InternalIP")].address }'`,
        as: "NODES",
      },
      `patch svc nodeport -p '{"spec":{"externalTrafficPolicy":"Local"}}'`,
      "expose deployment source-ip-app --name=loadbalancer --port=80 --target-port=8080 --type=LoadBalancer",
      loosely("get svc loadbalancer"),
      `patch svc loadbalancer -p '{"spec":{"externalTrafficPolicy":"Local"}}'`,
      "get svc loadbalancer -o yaml",
      "get pod -o wide -l run=source-ip-app",
      "delete svc -l app=source-ip-app",
      "delete deployment source-ip-app",
    ],
  },
];
