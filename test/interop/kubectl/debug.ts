import type { ParityScript } from "./parity.ts";

const pods = `apiVersion: v1
kind: Pod
metadata: {name: web, labels: {app: web}, annotations: {note: kept}}
spec:
  initContainers: [{name: first, image: nginx, command: [exit]}]
  containers:
  - name: a
    image: nginx
    args: [x]
    livenessProbe: {httpGet: {port: 80}}
    readinessProbe: {httpGet: {port: 80}}
    securityContext: {runAsUser: 7}
  - {name: b, image: nginx}
---
apiVersion: v1
kind: ConfigMap
metadata: {name: cm}
`;
const shown = (name: string) => [
  `get pod ${name} -o jsonpath={.spec.containers}`,
  `get pod ${name} -o jsonpath={.metadata.labels}{.metadata.annotations}{.spec.initContainers}{.spec.shareProcessNamespace}`,
];
const ephemeral = "get pod web -o jsonpath={.spec.ephemeralContainers[-1:]}";
const profiles = ["general", "baseline", "restricted", "netadmin", "sysadmin"];

export const debugScripts: readonly ParityScript[] = [
  {
    name: "containers that look into pods and nodes",
    files: {
      "w.yaml": pods,
      "custom.yaml": "env: [{name: A, value: b}]\nsecurityContext: {runAsUser: 9}\n",
      "custom.json": '{"resources":{"limits":{"cpu":"1"}}}',
      "named.json": '{"name":"x"}',
      "list.json": "[]",
    },
    steps: [
      "apply -f w.yaml",
      "debug",
      "debug web",
      "debug web --attach",
      "debug web --image=UPPER",
      "debug --image=busybox",
      "debug nope --image=busybox",
      "debug cm/cm --image=busybox",
      "debug node/nope --image=busybox",
      "debug web --image=busybox --profile=foo",
      "debug web --image=busybox --image-pull-policy=Sometimes",
      "debug web --image=busybox -t",
      "debug web --image=busybox --replace",
      "debug web --image=busybox --same-node",
      "debug web --image=busybox --set-image=a=b",
      "debug web --copy-to=copy",
      "debug web --copy-to=copy -- sh",
      "debug web --copy-to=copy --image=busybox --target=a",
      "debug web --image=busybox --env=A",
      "debug web --image=busybox --custom=missing.json",
      "debug web --image=busybox --custom=named.json",
      "debug web --image=busybox -c first-look",
      ephemeral,
      "debug web --image=busybox -c args --arguments-only --env=A=b --target=a -- sh -c x",
      ephemeral,
      "debug web --image=busybox -c words --image-pull-policy=Never -q -- sh -c x",
      ephemeral,
      "debug web --image=busybox -c first-look",
      "debug web --image=busybox -c a",
      "debug web --image=busybox -c jim --as=jim",
      ...profiles.flatMap((profile) => [
        `debug web --image=busybox -c in-${profile} --profile=${profile}`,
        ephemeral,
        `debug web --image=busybox -c new --copy-to=c-${profile} --profile=${profile}`,
        ...shown(`c-${profile}`),
      ]),
      "debug web --image=busybox -c custom --profile=general --custom=custom.yaml",
      ephemeral,
      "debug web --image=busybox -c new --copy-to=custom --profile=general --custom=custom.json",
      ...shown("custom"),
      "debug web --image=busybox -c new --copy-to=legacy",
      ...shown("legacy"),
      "debug web --image=busybox -c new --copy-to=legacy",
      "debug web --copy-to=images --set-image=*=busybox,b=other",
      ...shown("images"),
      "debug web --copy-to=other -c a --profile=general --env=A=b -- sh -c y",
      ...shown("other"),
      "debug web --copy-to=more -c a --profile=general --arguments-only --image=busybox -- sh",
      ...shown("more"),
      "debug web --copy-to=kept -c new --image=x --profile=general --keep-labels --keep-annotations --keep-liveness --keep-readiness --keep-startup --share-processes=false",
      ...shown("kept"),
      "debug web --copy-to=bare -c new --image=x --profile=general --keep-init-containers=false --same-node",
      ...shown("bare"),
      "debug web --copy-to=instead -c new --image=x --profile=general --replace",
      "get pods",
    ],
  },
];
