import type { ParityScript, Step } from "../../parity.ts";
import { quickManifests } from "../manifests.ts";

const url = "WEB/application/zookeeper/zookeeper.yaml";
const pods = ["zk-0", "zk-1", "zk-2"];
const nodeOf = (pod: string) => `get pod ${pod} --template {{.spec.nodeName}}`;
const drain = (pod: string) =>
  `drain $(kubectl ${nodeOf(pod)}) --ignore-daemonsets --force --delete-emptydir-data`;
const ready = (pod: string): Step => ({ settle: `wait pod ${pod} --for=condition=Ready` });
/** Reached from every node, as the volumes of a cloud are. */
const volumesFor = (claims: readonly string[]) =>
  claims
    .map(
      (claim) => `apiVersion: v1
kind: PersistentVolume
metadata: {name: for-${claim}}
spec:
  capacity: {storage: 10Gi}
  accessModes: [ReadWriteOnce]
  storageClassName: standard
  claimRef: {namespace: default, name: ${claim}}
  nfs: {server: nfs.example.com, path: /${claim}}
`,
    )
    .join("---\n");
const hello = "world\ncZxid = 0x100000002\n";

/** The tutorials' chapter on ZooKeeper: a StatefulSet, and nodes that are drained below it. */
export const zookeeperScripts: readonly ParityScript[] = [
  {
    name: "ZooKeeper, and nodes that are drained below it",
    nodes: 5,
    kubelets: {
      hostname: "POD\n",
      "hostname -f": "POD.zk-hs.default.svc.cluster.local\n",
      "cat /var/lib/zookeeper/data/myid": "1\n",
      "cat /opt/zookeeper/conf/zoo.cfg": "clientPort=2181\n",
      "zkCli.sh create /hello world": "Created /hello\n",
      "zkCli.sh get /hello": hello,
      "ps -elf": "F S UID\n4 S zookeep+\n",
      "ps -ef": "UID\nzookeep+\n",
      "ls -ld /var/lib/zookeeper/data": "drwxr-sr-x 3 zookeeper zookeeper\n",
      "pkill java": "",
      "rm /opt/zookeeper/bin/zookeeper-ready": "",
    },
    web: quickManifests("application/zookeeper/zookeeper.yaml"),
    files: { "volumes.yaml": volumesFor(pods.map((pod) => `datadir-${pod}`)) },
    steps: [
      { settle: "wait node simulated-4 --for=condition=Ready" },
      { settle: "create -f volumes.yaml" },
      // The cluster is meant to have four nodes.
      "cordon",
      "cordon simulated-4",
      {
        run: "get pods -w -l app=zk",
        meanwhile: [`apply -f ${url}`],
        until: /zk-2 1\/1 Running/,
      },
      ...pods.map((pod) => `exec ${pod} -- hostname`),
      ...pods.map((pod) => `exec ${pod} -- cat /var/lib/zookeeper/data/myid`),
      ...pods.map((pod) => `exec ${pod} -- hostname -f`),
      "exec zk-0 -- cat /opt/zookeeper/conf/zoo.cfg",
      "exec zk-0 -- zkCli.sh create /hello world",
      "exec zk-1 -- zkCli.sh get /hello",
      "delete statefulset zk",
      { settle: "wait pod zk-0 zk-1 zk-2 --for=delete" },
      { run: "get pods -w -l app=zk", meanwhile: [`apply -f ${url}`], until: /zk-2 1\/1 Running/ },
      { settle: "rollout status sts/zk" },
      "exec zk-2 zkCli.sh get /hello",
      "exec zk-2 -- zkCli.sh get /hello",
      "get pvc -l app=zk",
      "get sts zk -o yaml",
      "exec zk-0 cat /usr/etc/zookeeper/log4j.properties",
      "logs zk-0 --tail 20",
      "exec zk-0 -- ps -elf",
      "exec -ti zk-0 -- ls -ld /var/lib/zookeeper/data",
      `patch sts zk --type='json' -p='[{"op": "replace", "path": "/spec/template/spec/containers/0/resources/requests/cpu", "value":"0.3"}]'`,
      { settle: "rollout status sts/zk" },
      "rollout status sts/zk",
      "rollout history sts/zk",
      "rollout undo sts/zk",
      { settle: "rollout status sts/zk" },
      "exec zk-0 -- ps -ef",
      { run: "get pod -w -l app=zk", meanwhile: ["exec zk-0 -- pkill java"], until: /zk-2 1\/1/ },
      "exec zk-0 -- rm /opt/zookeeper/bin/zookeeper-ready",
      "get nodes",
      { run: nodeOf("zk-0"), as: "FIRST" },
      { run: nodeOf("zk-1"), as: "SECOND" },
      { run: nodeOf("zk-2"), as: "THIRD" },
      "get pdb zk-pdb",
      drain("zk-0"),
      ready("zk-0"),
      drain("zk-1"),
      { settle: "get pod zk-1" },
      { run: drain("zk-2"), until: /would violate the pod's disruption budget/ },
      "exec zk-0 zkCli.sh get /hello",
      "exec zk-0 -- zkCli.sh get /hello",
      "uncordon $FIRST",
      ready("zk-1"),
      drain("zk-2"),
      "uncordon $SECOND",
      ready("zk-2"),
      "uncordon $THIRD",
    ],
  },
];
