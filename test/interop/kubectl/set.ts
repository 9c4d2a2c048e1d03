import type { ParityScript } from "./parity.ts";

const workload = (kind: string, name: string, more = "") => `apiVersion: apps/v1
kind: ${kind}
metadata: {name: ${name}}
spec:
  ${more}
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec:
      initContainers:
      - {name: init, image: "busybox:1"}
      containers:
      - {name: main, image: "nginx:1", env: [{name: OLD, value: x}]}
      - {name: side, image: "nginx:1"}
`;

const sources = `apiVersion: v1
kind: ConfigMap
metadata: {name: settings}
data: {log.level: debug}
---
apiVersion: v1
kind: Secret
metadata: {name: secret}
data: {USER: bWU=}
`;

const service = `apiVersion: v1
kind: Service
metadata: {name: front}
spec: {ports: [{port: 80}], selector: {app: web}}
`;

const bindings = `apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: {name: readers}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: Role, name: reader}
subjects: [{kind: User, apiGroup: rbac.authorization.k8s.io, name: a}]
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRoleBinding
metadata: {name: everybody}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: view}
`;

const files = {
  "web.yaml": workload("Deployment", "web", "replicas: 0"),
  "agent.yaml": workload("DaemonSet", "agent"),
  "db.yaml": workload("StatefulSet", "db"),
  "sources.yaml": sources,
  "front.yaml": service,
  "bindings.yaml": bindings,
  "cron.yaml": `apiVersion: batch/v1
kind: CronJob
metadata: {name: nightly}
spec:
  schedule: "0 0 * * *"
  suspend: true
  jobTemplate: {spec: {template: {spec: {restartPolicy: Never, containers: [{name: main, image: a}]}}}}
`,
};

const prepare = [
  { settle: "get cm kube-root-ca.crt" },
  "create -f web.yaml -f agent.yaml -f sources.yaml -f front.yaml -f bindings.yaml -f cron.yaml",
  { settle: "rollout status deploy/web" },
] as const;

export const setScripts: readonly ParityScript[] = [
  {
    name: "images and resources",
    files,
    steps: [
      ...prepare,
      "set image deploy/web main=nginx:2",
      "set image deploy/web main=nginx:2",
      "set image deploy/web main=nginx:3 side=nginx:3 init=busybox:3",
      "set image deploy/web nope=nginx:2",
      "set image deploy/web main=nginx:4 nope=nginx:2",
      "set image deploy/web '*=nginx:5'",
      "set image deploy/web '*=a' b=c",
      "set image cronjob/nightly main=b",
      "set image deploy,ds --all main=nginx:6",
      "set image deploy -l x=y main=nginx:6",
      "set image deploy --all -l x=y main=nginx:6",
      "set image deploy main=nginx:6",
      "set image deploy/web",
      "set image deploy/web main",
      "set image",
      "set image cm/settings a=b",
      "set image deploy/nope a=b",
      "set image deploy/web main=",
      "set image -f web.yaml main=nginx:7",
      "set image --local -f web.yaml main=nginx:8",
      "set image --local -f web.yaml main=nginx:8 -o yaml",
      "set image --local -f web.yaml main=nginx:8 -o json",
      "set image --local -f agent.yaml -f cron.yaml main=nginx:8 -o yaml",
      "set image --local -f db.yaml main=nginx:8 -o json",
      "set image --local deploy/web main=x",
      "set image --local -f web.yaml main=x --dry-run=server",
      "set image deploy/web main=nginx:9 --dry-run=client",
      "set image deploy/web main=nginx:9 --dry-run=server",
      "set image deploy/web main=nginx:9 -o name",
      "set image deploy/web main=nginx:10 --record",
      "set image deploy/web main=nginx:10 --as=jim",
      "set image deploy/web main=nginx:10 -o foo",
      "set resources deploy web --limits=cpu=200m,memory=512Mi",
      "set resources deploy web --requests=cpu=0.1 -c main",
      "set resources deploy web --requests=cpu=0100m -c m*",
      "set resources deploy web",
      "set resources deploy web --limits=cpu=x",
      "set resources deploy web --limits=cpu",
      "set resources deploy web -c nope --limits=cpu=1",
      "set resources cm/settings --limits=cpu=1",
      "set resources --local -f web.yaml --limits=cpu=1 -o yaml",
      "set resources --local deploy web --limits=cpu=1",
      "set resources deploy web --limits=cpu=1 --dry-run=client",
      "set resources deploy --all --limits=cpu=1 -l a=b",
      "set resources deploy web --limits=memory=0 --record",
      { run: "set", help: "stderr" },
      "set foo",
      { settle: "rollout status deploy/web" },
    ],
  },
  {
    name: "environments",
    files,
    steps: [
      ...prepare,
      "set env deploy/web A=b",
      "set env deploy/web A=b",
      "set env deploy/web --list",
      "set env deploy/web OLD- A=c",
      "set env deploy/web NOPE-",
      "set env deploy/web A=d --overwrite=false",
      "set env deploy/web B=d=e --overwrite=false -c main",
      "set env deploy/web",
      "set env",
      "set env deploy/web --from=secret/secret",
      "set env deploy/web --from=cm/settings --prefix=X_",
      "set env deploy/web --from=cm/settings --keys=nope",
      "set env deploy/web --from=deploy/web",
      "set env deploy/web --from=secret/nope",
      "set env deploy/web --keys=a",
      "set env deploy/web --list",
      "set env deploy/web --list --resolve",
      "set env deploy/web -c nope Q=r",
      "set env deploy/web -c s* Q=r",
      "set env deploy/web -e Q=s -e W=t",
      { run: "set env deploy/web -e -", stdin: "S=t\n# none\nU=v # w\n" },
      "set env deploy/web -e foo",
      "set env deploy/web 1bad=x",
      "set env deploy/web A=b A-",
      "set env A=b deploy/web",
      "set env deploy/web --list -o yaml",
      "set env cm/settings A=b",
      "set env deploy/nope A=b",
      "set env deploy --all ALL=x --dry-run=client",
      "set env deploy,cronjob --all ALL=x",
      "set env deploy --all -l a=b ALL=x",
      "set env --local -f web.yaml A=b -o yaml",
      "set env --local -f web.yaml A=b --list",
      "set env --local -f web.yaml A=b --dry-run=server",
      "set env deploy/web A=z -o name",
      "set env deploy/web A=y --as=jim",
      { settle: "rollout status deploy/web" },
    ],
  },
  {
    name: "accounts, selectors and subjects",
    files,
    steps: [
      ...prepare,
      "set serviceaccount deploy web bob",
      "set sa deploy/web bob",
      "set serviceaccount",
      "set serviceaccount deploy web",
      "set serviceaccount cm settings bob",
      "set serviceaccount deploy web ann --dry-run=client",
      "set serviceaccount deploy web ann --dry-run=server -o name",
      "set serviceaccount deploy,ds --all ann",
      "set serviceaccount --local -f agent.yaml ann -o yaml",
      "set serviceaccount --local -f agent.yaml ann --dry-run=server",
      "set serviceaccount deploy nope ann",
      "set selector svc front a=b",
      "set selector svc front",
      "set selector",
      "set selector deploy web a=b",
      "set selector svc front 'a in (b)'",
      "set selector svc front 'a,!b'",
      "set selector svc front 'a b'",
      "set selector svc front a==b,c=d --dry-run=client -o yaml",
      "set selector svc front x=y --resource-version=1",
      "set selector svc front x=y --record",
      "set selector --local -f front.yaml q=r -o yaml",
      "set selector --local -f front.yaml q=r -o json",
      "set selector svc nope a=b",
      "set subject rolebinding readers --user=b --user=c --group=g --serviceaccount=ns:sa",
      "set subject rolebinding readers --user=b",
      "set subject rolebinding readers",
      "set subject rolebinding readers --serviceaccount=x",
      "set subject rolebinding readers --serviceaccount=:x",
      "set subject clusterrolebinding everybody --serviceaccount=:x",
      "set subject clusterrolebinding everybody --group=g",
      "set subject cm settings --user=x",
      "set subject rolebinding --all --user=y --dry-run=client",
      "set subject rolebinding --all -l a=b --user=y",
      "set subject --local -f bindings.yaml --user=z -o yaml",
      "set subject --local rolebinding readers --user=z",
      "set subject --local -f bindings.yaml --user=z --dry-run=server",
      "set subject rolebinding nope --user=z",
      { settle: "rollout status deploy/web" },
    ],
  },
];
