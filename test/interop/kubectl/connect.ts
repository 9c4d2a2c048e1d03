import type { ParityScript } from "./parity.ts";

const said = (value: object) =>
  `{apiVersion: client.authentication.k8s.io/v1, interactiveMode: Never, command: echo, args: [${JSON.stringify(JSON.stringify(value))}]}`;
const credential = (fields: object) => ({
  kind: "ExecCredential",
  apiVersion: "client.authentication.k8s.io/v1",
  ...fields,
});

const users = `apiVersion: v1
kind: Config
users:
- {name: missing, user: {exec: {apiVersion: client.authentication.k8s.io/v1, command: no-such-program, interactiveMode: Never, installHint: "Install it."}}}
- {name: missing-beta, user: {exec: {apiVersion: client.authentication.k8s.io/v1beta1, command: no-such-program}}}
- {name: fails, user: {exec: {apiVersion: client.authentication.k8s.io/v1, command: "false", interactiveMode: Never}}}
- {name: modeless, user: {exec: {apiVersion: client.authentication.k8s.io/v1, command: "false"}}}
- {name: alpha, user: {exec: {apiVersion: client.authentication.k8s.io/v1alpha1, command: "false", interactiveMode: Never}}}
- {name: always, user: {exec: {apiVersion: client.authentication.k8s.io/v1, command: echo, interactiveMode: Always}}}
- {name: wrong, user: {exec: {apiVersion: client.authentication.k8s.io/v1, interactiveMode: Foo}}}
- {name: version, user: {exec: ${said(credential({ apiVersion: "client.authentication.k8s.io/v1beta1" }))}}}
- {name: statusless, user: {exec: ${said(credential({}))}}}
- {name: empty, user: {exec: ${said(credential({ status: {} }))}}}
- {name: half, user: {exec: ${said(credential({ status: { clientKeyData: "x" } }))}}}
- {name: stranger, user: {exec: ${said(credential({ status: { token: "no" } }))}}}
- {name: asked, user: {exec: {apiVersion: client.authentication.k8s.io/v1, interactiveMode: IfAvailable, provideClusterInfo: false, command: sh, args: ["-c", "echo $KUBERNETES_EXEC_INFO $FOO >&2; exit 3"], env: [{name: FOO, value: bar}]}}}
- {name: jane, user: {as: jane, as-groups: [a, b]}}
- {name: groups, user: {as-groups: [a, b]}}
`;
const both = { KUBECONFIG: "config:users.yaml" };
const run = (line: string) => ({ run: line, environment: both });

export const connectScripts: readonly ParityScript[] = [
  {
    name: "contexts and clusters that no file has",
    files: { "one.yaml": "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: one}\n" },
    steps: [
      // Some look for the namespace first and some for the server, and so they say other things.
      ...[
        "get cm",
        "get -f one.yaml",
        "describe cm",
        "logs web",
        "delete cm one",
        "edit cm one",
        "label cm one a=b",
        "scale deploy web --replicas=1",
        "rollout status deploy web",
        "set image deploy/web a=b",
        "taint node a b:NoSchedule",
        "top pod",
        "top node",
        "cluster-info",
        "version",
        "api-versions",
        "api-resources",
        "explain pods",
        "apply -f one.yaml",
        "diff -f one.yaml",
        "create -f one.yaml",
        "create cm two",
        "run web --image=nginx",
        "expose deploy web",
        "autoscale deploy web --max=2",
        "drain a",
        "cordon a",
        "wait pod web --for=delete",
        "certificate approve a",
        "auth can-i get pods",
        "get --raw /",
      ].flatMap((line) => [`${line} --context=zz`, `${line} --cluster=zz`]),
      "get cm -n default --context=zz",
      "get cm -n default --cluster=zz",
      "create cm two -n default --context=zz",
    ],
  },
  {
    name: "who asks is told in many ways",
    files: {
      "users.yaml": users,
      "review.yaml": "apiVersion: authentication.k8s.io/v1\nkind: SelfSubjectReview\n",
    },
    steps: [
      ...[
        "missing",
        "missing-beta",
        "fails",
        "modeless",
        "alpha",
        "always",
        "wrong",
        "version",
        "statusless",
        "empty",
        "half",
        "asked",
      ].map((user) => run(`get --raw /api --user=${user}`)),
      run("get --raw /version --user=stranger"),
      run("get pods --user=nobody"),
      "create -f review.yaml --validate=ignore -o jsonpath={.status.userInfo} --as=jane",
      "create -f review.yaml --validate=ignore -o jsonpath={.status.userInfo} --as=jane --as-group=one --as-group=two,three",
      "create -f review.yaml --validate=ignore -o jsonpath={.status.userInfo} --as=jane --as-uid=7 --as-group=one",
      "create -f review.yaml --validate=ignore -o jsonpath={.status.userInfo} --as-group=one",
      run("create -f review.yaml --validate=ignore -o jsonpath={.status.userInfo} --user=jane"),
      run("get cm --user=groups"),
      "get cm --as=jane",
      "get cm --as=jane --as-group=system:masters",
      {
        run: "get --raw /version",
        environment: { KUBECONFIG: "none" },
      },
      { run: "get --raw /version -s https://127.0.0.1:1", environment: { KUBECONFIG: "none" } },
      {
        run: "get --raw /version -s https://127.0.0.1:1",
        stdin: "me\n",
        environment: { KUBECONFIG: "none" },
      },
      { run: "get pods", environment: { HTTPS_PROXY: "ftp://127.0.0.1:1" } },
      "get --raw /version --token=x --username=y",
      "get --raw /version -s https://127.0.0.1:1 --token=x --request-timeout=2s",
    ],
  },
];
