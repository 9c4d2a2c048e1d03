import type { CommandStep, ParityScript, Step } from "./parity.ts";

const plugin = `#!/bin/sh\necho "$(basename "$0")" "$@"\n`;
const path = "DIR/plugins:DIR/others:DIR/none:/bin:/usr/bin";

/** With plugins on the PATH. */
const withPlugins = (
  steps: readonly (string | Pick<CommandStep, "run" | "help" | "differs">)[],
): Step[] =>
  steps.map((step) => ({
    ...(typeof step === "string" ? { run: step } : step),
    asProgram: true,
    environment: { PATH: path },
  }));

/** With a preferences file, where that is turned on. */
const preferring = (
  steps: readonly (string | Pick<CommandStep, "run" | "help" | "differs">)[],
): Step[] =>
  steps.map((step) => ({
    ...(typeof step === "string" ? { run: step } : step),
    environment: { KUBECTL_KUBERC: "true" },
  }));

const kuberc = `apiVersion: kubectl.config.k8s.io/v1alpha1
kind: Preference
overrides:
- command: get
  flags: [{name: show-labels, default: "true"}, {name: output, default: wide}]
- command: nothing
  flags: []
- command: create configmap
  flags: [{name: dry-run, default: client}]
aliases:
- name: listn
  command: get
  prependArgs: [ns]
  flags: [{name: output, default: name}]
- name: newmap
  command: create configmap
  flags: [{name: dry-run, default: client}, {name: output, default: yaml}]
  appendArgs: ["--from-literal=a=b"]
- name: bad
  command: nope
- name: badflag
  command: get
  flags: [{name: nope, default: x}]
- name: badvalue
  command: get
  flags: [{name: chunk-size, default: x}]
`;
const header = "apiVersion: kubectl.config.k8s.io/v1alpha1\nkind: Preference\n";

export const frameScripts: readonly ParityScript[] = [
  {
    name: "flags and commands are read as anywhere",
    steps: [
      "foo-bar",
      "get-pod",
      "descrbe",
      "Apply",
      "labe",
      "desc x -o json",
      "--foo",
      "-x",
      "--foo get",
      "---x",
      "--=x get",
      "--namespace",
      "-n",
      "--v",
      "get ns --v=x",
      "-v=x get ns",
      "--profile=foo get ns",
      "--profile=none get ns",
      "--vmodule=x get ns",
      "--vmodule=x=1,y=2 get ns",
      "--log-flush-frequency=x get ns",
      "--log-flush-frequency=1s get ns",
      "-o name get ns",
      "--output=name get ns",
      "get ns -oname",
      "get ns -o=name",
      "get ns -o name -- default",
      "get -o name -- ns default",
      "get ns default -o name --",
      "get ns -A -oname",
      "get ns -Aoname",
      "get ns --output name,",
      "get ns --no-headers=",
      "get ns --no-headers=f",
      "get ns --no-headers=maybe",
      "get ns --no-headers -o=name --no-headers=false",
      "get ns --chunk-size=1.5",
      "get ns --chunk_size=0 -o name",
      "get ns --chunk-size=99999999999999999999",
      "get ns -=x",
      "get ns -xA",
      "get ns -L",
      "get ns --label-columns",
      "get ns -L a,b -L c",
      `get ns -L '"a,b",c'`,
      "get -",
      "- get",
      "get ''",
      "'' get",
      "get ns --foo",
      "get ns -n",
      "get ns -z",
      "get ns --kuberc=x",
      "config -n default current-context",
      "-n default config current-context",
      "rollout foo",
      "rollout foo bar",
      "config foo",
      "config help",
      { run: "rollout", help: "stdout" },
      { run: "config", help: "stderr" },
      { run: "plugin", help: "stderr" },
      "plugin foo",
      { run: "help get", help: "stdout" },
      { run: "help config view", help: "stdout" },
      { run: "help config viewer", help: "stdout" },
      { run: "help", help: "stdout" },
      { run: "help nothing", help: "stderr" },
      { run: "help -h", help: "stdout" },
      "help --foo",
      "help options",
      "help alpha",
      "options -h",
      "alpha",
      "alpha foo",
      "alpha -h",
      { run: "", help: "stdout" },
      { run: "-h", help: "stdout" },
      { run: "--help get", help: "stdout" },
      { run: "-h get", help: "stdout" },
      { run: "-- get ns", help: "stdout" },
      { run: "get -h", help: "stdout" },
      { run: "get ns -h", help: "stdout" },
      { run: "get ns -oh -h", help: "stdout" },
      { run: "get ns --help=true", help: "stdout" },
      { run: "config view -h", help: "stdout" },
      { run: "config -h view", help: "stdout" },
      "get ns -h --foo",
      "get ns --help=maybe",
      "version --foo",
      "version -c",
      "version foo",
      "version -o foo",
      "version --client --client=maybe",
      "version -s http://127.0.0.1:1 -o json --client=x",
      "api-versions x",
      "api-resources x",
      "api-resources --sort-by=x",
      "api-resources -o x",
      { run: "get ns --warnings-as-errors -o name" },
    ],
  },
  {
    name: "programs on the PATH are commands",
    files: {
      "plugins/kubectl-foo": plugin,
      "plugins/kubectl-foo-bar": plugin,
      "plugins/kubectl-dash_ed": plugin,
      "plugins/kubectl-create-thing": plugin,
      "plugins/kubectl-get-pods": plugin,
      "plugins/kubectl-version": plugin,
      "plugins/kubectl-config-view": plugin,
      "plugins/kubectl-fail": "#!/bin/sh\necho failed >&2\nexit 7\n",
      "plugins/kubectl-plaintextual": "no program\n",
      "plugins/kubectl-dir/file": "",
      "plugins/other": plugin,
      "others/kubectl-foo": plugin,
      "one/kubectl-one": "no program\n",
      "good/kubectl-good": plugin,
    },
    steps: [
      ...withPlugins([
        "plugin list",
        "plugin list --name-only",
        "plugin list x",
        "plugin list --foo",
        "foo",
        "foo bar baz",
        "foo baz bar",
        "foo --x bar",
        "foo -h",
        "foo help",
        "foo-bar x",
        "dash-ed x",
        "dash_ed x",
        "fail",
        "plaintextual",
        "create thing a --b",
        "create thing --help",
        "create -n x thing",
        "create none",
        "-n x foo",
        "--v=1 foo",
        "get pods foo -o name",
        "version --client --foo",
        "config view -o name",
        { run: "help foo", help: "stderr" },
      ]),
      { run: "plugin list", environment: { PATH: "DIR/one" } },
      { run: "plugin list", environment: { PATH: "DIR/good" } },
      { run: "plugin list", environment: { PATH: "DIR/good:DIR/good" } },
      { run: "plugin list", environment: { PATH: "DIR/none" } },
    ],
  },
  {
    name: "preferences give flags and aliases",
    files: {
      ".kube/kuberc": kuberc,
      digit: `${header}aliases: [{name: a1, command: get}]\n`,
      twice: `${header}aliases: [{name: a, command: get}, {name: a, command: get}]\n`,
      dashes: `${header}overrides: [{command: get, flags: [{name: --output, default: x}]}]\n`,
      unknown: `${header}foo: bar\n`,
      value: `${header}overrides: [{command: get, flags: [{name: chunk-size, default: x}]}]\n`,
      flag: `${header}overrides: [{command: get, flags: [{name: nope, default: x}]}]\n`,
      kind: "apiVersion: v1\nkind: Foo\n",
      good: `${header}aliases: [{name: x, command: config view, flags: [{name: minify, default: "true"}]}]\n`,
    },
    steps: [
      ...preferring([
        "get ns default",
        "get ns default -o name --show-labels=false",
        "get -oname ns --show-labels=false",
        "get ns default --show-labels=0",
        "listn",
        "listn default",
        "listn default -o name",
        "listn default --foo",
        "newmap a",
        "newmap a -o name",
        "newmap a --dry-run=server -o name",
        "create cm x",
        "create configmap x --dry-run=server",
        "config current-context",
        "bad",
        "badflag",
        "badvalue",
        "nothing-like-it",
        "get ns --kuberc digit",
        "get ns --kuberc twice",
        "get ns --kuberc=dashes",
        "get ns --kuberc unknown",
        "get ns --kuberc value",
        "get ns --kuberc value --chunk-size=1",
        "get ns --kuberc flag",
        "get ns --kuberc kind",
        "get ns --kuberc missing",
        "get ns --kuberc=",
        "get ns --kuberc",
        "x --kuberc good -o name",
        "listn --kuberc good",
      ]),
      { run: "listn", environment: { KUBECTL_KUBERC: "true", KUBERC: "off" } },
      { run: "listn --kuberc good", environment: { KUBECTL_KUBERC: "true", KUBERC: "off" } },
      { run: "listn", environment: { KUBECTL_KUBERC: "false" } },
      "listn",
    ],
  },
];
