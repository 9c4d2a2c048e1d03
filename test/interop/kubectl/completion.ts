import type { ParityScript, Step } from "./parity.ts";

const pods = `apiVersion: v1
kind: Pod
metadata: {name: web, labels: {app: web}}
spec:
  initContainers: [{name: prepare, image: x}]
  containers: [{name: main, image: x, ports: [{containerPort: 80}, {containerPort: 443}]}, {name: side, image: x}]
---
apiVersion: v1
kind: Pod
metadata: {name: worker, namespace: kube-public}
spec: {containers: [{name: main, image: x}]}
---
apiVersion: v1
kind: Service
metadata: {name: web}
spec: {selector: {app: web}, ports: [{name: a, port: 8080, targetPort: 80}, {name: b, port: 8443, targetPort: 443}]}
---
apiVersion: v1
kind: ReplicationController
metadata: {name: web}
spec: {replicas: 0, selector: {app: web}, template: {metadata: {labels: {app: web}}, spec: {containers: [{name: main, image: x}]}}}
`;

const settings = `apiVersion: v1
kind: Config
clusters: [{name: ca, cluster: {server: "http://127.0.0.1:1"}}, {name: cb, cluster: {server: x}}]
users: [{name: ua, user: {}}, {name: ub, user: {}}]
contexts: [{name: xa, context: {cluster: ca, user: ua}}]
current-context: xa
`;

/** Without what each answer is about, whose words are our own. */
const completed = (lines: readonly string[]): Step[] =>
  lines.map((line) => ({ run: `__completeNoDesc ${line}` }));

/** Where the stock program's own maps give no order. */
const unordered = (lines: readonly string[]): Step[] =>
  lines.map((line) => ({ run: `__completeNoDesc ${line}`, unordered: true }));

export const completionScripts: readonly ParityScript[] = [
  {
    name: "words go on as with the stock program",
    files: { "pods.yaml": pods, settings, "web-file": "", "web-dir/file": "" },
    steps: [
      "create -f pods.yaml",
      "__complete",
      "__completeNoDesc",
      "__complete get ns d",
      "__complete config use-context t",
      "__complete rollout status d",
      ...completed([
        "get ''",
        "get po",
        "get pods,s",
        "get pods w",
        "get pods web w",
        "get pods web ''",
        "get pods/",
        "get pods/w",
        "get pods/web ''",
        "get pods/web pods/w",
        "get pods/web n",
        "get nothing w",
        "get pods -n kube-public ''",
        "-n kube-public get pods w",
        "get pods --namespace=kube-public ''",
        "get ns -o ''",
        "get ns -o j",
        "get ns -oj",
        "get ns -o=j",
        "get ns --output=y",
        "get ns --output y",
        "get ns -A -o n",
        "get ns -h ''",
        "get ns -- d",
        "get ns -- -",
        "get --fo ''",
        "get --foo=''",
        "get --foo= x",
        "get -f ''",
        "get -f x ''",
        "get -k ''",
        "get --subresource ''",
        "get --subresource=s",
        "get --watch ''",
        "get -w po",
        "get --no-headers p",
        "describe po",
        "describe pods w",
        "delete pods web ''",
        "label pods web ''",
        "annotate pods web ''",
        "patch po",
        "patch pods w",
        "patch --subresource ''",
        "scale ''",
        "scale r",
        "scale replicationcontroller ''",
        "autoscale d",
        "autoscale rc/",
        "expose ''",
        "expose service ''",
        "taint ''",
        "taint node ''",
        "cordon ''",
        "drain ''",
        "uncordon ''",
        "rollout status deployment ''",
        "rollout status deployment/x d",
        "rollout status deployment x ''",
        "rollout history d",
        "rollout pause ''",
        "rollout restart ''",
        "rollout restart deployment/x ''",
        "rollout undo s",
        "set image ''",
        "set image pods ''",
        "set image pods web ''",
        "set image pods/",
        "set env ''",
        "exec ''",
        "exec w",
        "exec web ''",
        "exec pods/",
        "exec dep",
        "exec web -c ''",
        "exec web -c m",
        "attach w",
        "attach web -c s",
        "logs w",
        "logs web ''",
        "logs web m",
        "logs web -c ''",
        "logs services/",
        "logs x ''",
        "create token ''",
        "create token d",
        "create clusterrolebinding x --clusterrole view",
        "create clusterrolebinding x --clusterrole ''",
        "create clusterrolebinding x ''",
        "create clusterrolebinding x -",
        "create clusterrolebinding x --clusterrole=view --u",
        "create -f x ''",
        "create secret ''",
        "create secret g",
        "create cm x --dry-run=",
        "create cm x --dry-run c",
        "create cm x -o ''",
        "create cm x --from",
        "config ''",
        "config set-c",
        "config use-context ''",
        "config use-context t",
        "config use-context test ''",
        "config set-context ''",
        "config set-context --cluster ''",
        "config set-context --namespace ''",
        "config view --m",
        "config view --minify --m",
        "config view -o ''",
        "help co",
        "help config v",
        "help config view ''",
        "help nothing ''",
        "-n ''",
        "-n k",
        "--namespace=k",
        "--context ''",
        "--cluster=''",
        "--user ''",
        "--kubeconfig ''",
        "--request-timeout",
        "--v",
        "--ser",
        "-s ''",
        "version ''",
        "version --c",
        "alpha ''",
        "run ''",
        "run x --im",
        "run x --image=y ''",
        "apply -",
        "label --l",
        "api-resources -o ''",
        "version --client --client=x ''",
      ]),
      ...unordered([
        "completion ''",
        "completion b",
        "completion bash ''",
        "config delete-cluster '' --kubeconfig settings",
        "--kubeconfig settings config rename-context xa ''",
        "--kubeconfig settings --cluster c",
        "--kubeconfig settings --user ''",
        "--kubeconfig settings get pods ''",
      ]),
      ...[
        "config delete-cluster ''",
        "config delete-user ''",
        "config delete-context x",
        "config rename-context ''",
      ].map((line) => ({
        run: `__completeNoDesc --kubeconfig settings ${line}`,
        differs: "completion of config" as const,
      })),
      "completion",
      "completion tcsh",
      "completion bash zsh",
    ],
  },
  {
    name: "plugins go on as they say",
    files: {
      "plugins/kubectl-foo": "#!/bin/sh\necho foo\n",
      "plugins/kubectl-foo-bar": "#!/bin/sh\necho foo bar\n",
      "plugins/kubectl-quiet": "#!/bin/sh\necho quiet\n",
      "plugins/kubectl_complete-foo": `#!/bin/sh\nfor word in "$@"; do echo "got-$word"; done\necho :4\n`,
      "plugins/kubectl_complete-foo-bar": "#!/bin/sh\necho one\necho two\n",
    },
    steps: ["fo", "foo ''", "foo x y", "foo bar ''", "foo bar x ''", "quiet ''", "qui"].map(
      (line) => ({
        run: `__completeNoDesc ${line}`,
        asProgram: true,
        environment: { PATH: "DIR/plugins:/bin:/usr/bin" },
      }),
    ),
  },
];
