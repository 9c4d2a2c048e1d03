import type { CommandStep, ParityScript, Step } from "./parity.ts";

const full = `# a comment
apiVersion: v1
kind: Config
clusters:
- {name: a, cluster: {server: "https://a", certificate-authority: ca.crt}}
- {name: b, cluster: {server: "https://b", certificate-authority-data: aGVsbG8=, proxy-url: "http://p"}}
users:
- name: u
  user: {token: abc, exec: {command: x, apiVersion: client.authentication.k8s.io/v1beta1}}
- name: v
  user:
    exec: {command: x, apiVersion: client.authentication.k8s.io/v1, env: [{name: K, value: v}]}
    client-key-data: aGVsbG8=
    password: secret
    auth-provider: {name: oidc, config: {client-secret: x, b: c}}
    as-groups: [g]
    as-user-extra: {k: [l]}
contexts:
- {name: k, context: {cluster: a, user: u, namespace: ns, extensions: [{name: e, extension: {z: 1, a: b}}]}}
- {name: l, context: {cluster: b, user: v}}
- {name: m, context: {cluster: gone, user: v}}
current-context: k
preferences: {colors: true}
extensions: [{name: t, extension: {a: b}}, {name: s, extension: {kind: F, apiVersion: z/v1}}]
`;
const first = `apiVersion: v1
kind: Config
clusters: [{name: a, cluster: {server: first, certificate-authority: sub/ca.crt}}]
contexts: [{name: one, context: {cluster: a, user: u}}]
users: []
current-context: ""
`;
const second = `apiVersion: v1
kind: Config
clusters: [{name: a, cluster: {server: second}}, {name: b, cluster: {server: other}}]
contexts: [{name: two, context: {cluster: b, user: u}}]
users: [{name: u, user: {token: t}}]
current-context: two
`;

const broken: Readonly<Record<string, string>> = {
  list: "[]",
  kind: "kind: Foo\n",
  version: "apiVersion: v2\n",
  clusters: "apiVersion: v1\nclusters: {}\n",
  name: "apiVersion: v1\nkind: Config\nclusters: [{name: 1}]\n",
  server: "clusters: [{name: a, cluster: {server: yes}}]\n",
  user: "users: [{name: a, user: {client-key-data: 1, as-groups: x}}]\n",
  data: `users: [{name: a, user: {client-key-data: "!!"}}]\n`,
  comment: "# nothing\n",
};

/** All commands of the script on one file. */
function on(file: string, steps: readonly (string | CommandStep)[]): Step[] {
  return steps.map((step) => {
    const command = typeof step === "string" ? { run: step } : step;
    return { ...command, run: `${command.run} --kubeconfig ${file}` };
  });
}

const listed = (steps: readonly (string | CommandStep)[]): Step[] =>
  steps.map((step) => ({
    ...(typeof step === "string" ? { run: step } : step),
    environment: { KUBECONFIG: "missing:first:second" },
  }));

export const configScripts: readonly ParityScript[] = [
  {
    name: "what kubeconfigs say is shown",
    files: { full, "ca.crt": "CA\n", ...broken },
    steps: [
      ...on("full", [
        "config view",
        "config view --raw",
        "config view -o json",
        "config view --raw -o json",
        "config view --minify",
        "config view --minify --context=l",
        "config view --minify --context=m",
        "config view --minify --context=none",
        "config view --flatten",
        "config view --flatten --minify --raw",
        "config view --merge",
        "config view --merge=false",
        "config view -o name",
        "config view -o wide",
        "config view -o jsonpath='{.users[*].name}'",
        `config view -o jsonpath='{.users[?(@.name == "v")].user.password}' --raw`,
        "config view -o go-template='{{range .contexts}}{{.name}} {{end}}'",
        "config view x y",
        "config current-context",
        "config current-context --context=l",
        { run: "config get-clusters", unordered: true },
        "config get-users",
        "config get-users x",
        "config get-contexts",
        "config get-contexts --no-headers",
        "config get-contexts -o name",
        "config get-contexts -o yaml",
        "config get-contexts l k",
        "config get-contexts none",
        "config get-contexts none k nobody",
        "config get-contexts -o name none k",
      ]),
      ...Object.keys(broken).map((file) => `config view --kubeconfig ${file}`),
      "config view --kubeconfig nothing",
      "config view --minify --kubeconfig nothing",
      "config current-context --kubeconfig nothing",
      "config get-contexts --kubeconfig nothing",
      "config get-clusters --kubeconfig /etc",
      "get pods --kubeconfig nothing",
      "get pods --kubeconfig server",
      "get pods --kubeconfig full --context none",
      { run: "config view", environment: { KUBECONFIG: "nothing:nowhere" } },
      { run: "config view --merge=false", environment: { KUBECONFIG: "full" } },
      { run: "config", help: "stderr" },
      "config nothing",
      "config get-context",
      "config view --foo",
      "config get-contexts -x",
    ],
  },
  {
    name: "kubeconfigs are changed",
    files: { full, "ca.crt": "CA\n", "sub/key": "KEY\n", locked: full, "locked.lock": "" },
    steps: [
      ...on("new", [
        "config set-cluster a --server=https://x",
        "config set-cluster a --tls-server-name=n --proxy-url http://p",
        "config set-cluster a --server=https://y",
        "config set-cluster a --insecure-skip-tls-verify",
        "config set-cluster a --certificate-authority=sub/ca",
        "config set-cluster b --certificate-authority=/etc/ca",
        "config set-cluster c --embed-certs --certificate-authority=ca.crt",
        "config set-cluster c --embed-certs",
        "config set-cluster c --embed-certs --certificate-authority=nope",
        "config set-cluster c --insecure-skip-tls-verify --certificate-authority=x",
        "config set-cluster c --insecure-skip-tls-verify=maybe",
        "config set-cluster c -s x",
        "config set-cluster ''",
        { run: "config set-cluster", help: "stdout" },
        { run: "config set-cluster a b", help: "stdout" },
        "config set-credentials a --client-key=sub/key --client-certificate=/etc/crt",
        "config set-credentials a --client-key=sub/key --embed-certs",
        "config set-credentials a --embed-certs",
        "config set-credentials a --embed-certs --client-certificate=nope",
        "config set-credentials a --token=x",
        "config set-credentials a --username=x",
        "config set-credentials a --username=x --password=y",
        "config set-credentials a --username=x --token=y",
        "config set-credentials b --exec-arg=a",
        "config set-credentials b --exec-command=./run --exec-arg=a,b --exec-env=A=b --exec-env=C=d,e",
        "config set-credentials b --exec-api-version=client.authentication.k8s.io/v1 --exec-interactive-mode=Never",
        "config set-credentials b --exec-interactive-mode=Sometimes",
        "config set-credentials b --exec-env=A- --exec-env=C=f --exec-provide-cluster-info",
        "config set-credentials b --exec-command=other",
        "config set-credentials c --auth-provider=oidc --auth-provider-arg=a=b,c=d",
        "config set-credentials c --auth-provider-arg=a-,e=f",
        "config set-credentials c --auth-provider=gcp",
        { run: "config set-credentials c --auth-provider-arg=e", help: "stdout" },
        { run: "config set-credentials", help: "stdout" },
        "config set-credentials ''",
        "config set-context k --cluster=a --user=b",
        "config set-context k --namespace=ns",
        "config set-context --current --namespace=ns",
        "config set-context k --current",
        "config set-context",
        { run: "config set-context a b", help: "stdout" },
        "config set-context k -n x",
        "config use-context none",
        "config use-context ''",
        { run: "config use-context", help: "stdout" },
        "config use k",
        "config set-context --current --namespace=other",
        "config rename-context k l",
        "config rename-context k l",
        "config set-context m",
        "config rename-context l m",
        "config rename-context l ''",
        { run: "config rename-context l", help: "stdout" },
        "config view --raw",
      ]),
      { file: "new" },
      ...on("sub/other", [
        "config set-credentials a --client-key=sub/key --client-certificate=crt",
        "config set-cluster a --certificate-authority=ca.crt",
        "config view --flatten",
      ]),
      { file: "sub/other" },
      ...on("full", [
        "config set clusters.a.server https://z",
        "config set clusters.10.0.0.1.server x",
        "config set clusters.10.0.0.1.insecure-skip-tls-verify 1",
        "config set clusters.10.0.0.1.insecure-skip-tls-verify maybe",
        "config set clusters.a.certificate-authority-data aGVsbG8=",
        "config set clusters.a.certificate-authority-data '!'",
        "config set users.w.client-key-data '!' --set-raw-bytes",
        "config set users.w.client-key-data '!' --set-raw-bytes=x",
        "config set users.u.act-as bob",
        "config set users.u.act-as-groups x",
        "config set users.u.act-as-user-extra.x y",
        "config set users.u.exec.command y",
        "config set clusters.a.server.foo z",
        "config set x.y z",
        {
          run: "config set preferences.foo z",
          differs: "memory addresses",
        },
        "config set preferences z",
        "config set preferences.colors false",
        "config set contexts.n.cluster a",
        "config set current-context n",
        "config set kind Foo",
        "config set '' a",
        "config set a ''",
        { run: "config set a", help: "stdout" },
        {
          run: "config set clusters.a z",
          differs: "memory addresses",
        },
        "config unset current-context",
        "config unset contexts.k.namespace",
        "config unset contexts.none.namespace",
        "config unset contexts.none",
        "config unset contexts.l",
        "config unset clusters.a",
        "config unset users.v.exec",
        "config unset preferences",
        "config unset foo.bar",
        { run: "config unset", help: "stdout" },
        { run: "config delete-cluster", help: "stdout" },
        "config delete-cluster none",
        "config delete-cluster b",
        "config delete-user",
        "config delete-user none",
        "config delete-user u",
        "config use-context k",
        "config delete-context none",
        "config delete-context k",
        { run: "config delete-context a b", help: "stdout" },
      ]),
      { file: "full" },
      ...on("locked", ["config use-context k", "config use-context l", "config unset users"]),
      { file: "locked" },
    ],
  },
  {
    name: "each change goes to its file",
    files: { first, second },
    steps: [
      ...listed([
        "config view",
        "config set-cluster a --tls-server-name=x",
        "config set-cluster b --server=x",
        "config set-cluster c --server=x",
        "config set-credentials u --username=x",
        "config set-context two --namespace=x",
        "config set-context three --cluster=c",
        "config use-context one",
        "config get-contexts",
        "config unset current-context",
        "config current-context",
        "config unset current-context",
        "config current-context",
        "config set preferences.colors true",
        "config rename-context two four",
        "config delete-cluster b",
        "config delete-user u",
        "config delete-context none",
        "config unset clusters",
      ]),
      { file: "first" },
      { file: "second" },
      { file: "missing" },
      { run: "config set-cluster a", environment: { KUBECONFIG: "x/one:x/two" } },
      { file: "x/two" },
      { run: "config set-context a", environment: { KUBECONFIG: "" } },
      { file: ".kube/config" },
    ],
  },
];
