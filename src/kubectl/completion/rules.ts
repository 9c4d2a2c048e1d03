import {
  containersOf,
  namesOf,
  oneNameOf,
  onePod,
  oneSettingsName,
  podAndContainer,
  podAndPort,
  settingsNames,
  typesAndNames,
  words,
} from "./sources.ts";
import { copyEnds } from "./copy.ts";
import { nothing } from "./suggestions.ts";
import type { Completer } from "./suggestions.ts";

const anything = typesAndNames();
const workloads = typesAndNames({ types: ["deployment", "daemonset", "statefulset"] });
const deployments = typesAndNames({ types: ["deployment"] });
const scalable = typesAndNames({
  types: ["deployment", "replicaset", "replicationcontroller", "statefulset"],
});

/** How the arguments of a command go on, by its name. Other commands leave it to the shell. */
export const argumentRules: Readonly<Record<string, Completer | undefined>> = {
  annotate: anything,
  debug: anything,
  delete: anything,
  describe: anything,
  edit: anything,
  get: anything,
  label: anything,
  patch: anything,
  "apply edit-last-applied": anything,
  "apply view-last-applied": anything,
  expose: typesAndNames({
    types: ["pod", "service", "replicationcontroller", "deployment", "replicaset"],
  }),
  autoscale: scalable,
  scale: scalable,
  taint: typesAndNames({ types: ["node"] }),
  "rollout history": workloads,
  "rollout pause": deployments,
  "rollout restart": workloads,
  "rollout resume": deployments,
  "rollout status": typesAndNames({
    types: ["deployment", "daemonset", "statefulset"],
    repeats: false,
  }),
  "rollout undo": workloads,
  "set image": typesAndNames({
    types: [
      "daemonsets",
      "deployments",
      "pods",
      "cronjobs",
      "replicasets",
      "replicationcontrollers",
      "statefulsets",
    ],
    repeats: false,
  }),
  attach: onePod,
  exec: onePod,
  logs: podAndContainer,
  "port-forward": podAndPort,
  cp: copyEnds,
  cordon: oneNameOf("node"),
  drain: oneNameOf("node"),
  uncordon: oneNameOf("node"),
  "top node": oneNameOf("node"),
  "top pod": oneNameOf("pod"),
  "create token": oneNameOf("serviceaccount"),
  "config delete-cluster": oneSettingsName("clusters"),
  "config delete-context": oneSettingsName("contexts"),
  "config delete-user": oneSettingsName("users"),
  "config rename-context": oneSettingsName("contexts"),
  "config set-context": oneSettingsName("contexts"),
  "config use-context": oneSettingsName("contexts"),
  // oxlint-disable-next-line typescript/require-await -- what a completer is
  completion: async (_kubectl, args, typed) =>
    args.length === 0 ? words(["bash", "zsh", "fish", "powershell"], typed) : nothing,
};

const allNamesOf =
  (type: string): Completer =>
  async (kubectl, _args, typed) =>
    words(await namesOf(kubectl, type), typed);

/** Flags of all commands whose values can be known. */
const globalRules: Readonly<Record<string, Completer | undefined>> = {
  namespace: allNamesOf("namespace"),
  context: settingsNames("contexts"),
  cluster: settingsNames("clusters"),
  user: settingsNames("users"),
};

const outputFormats = [
  "json",
  "yaml",
  "name",
  "go-template",
  "go-template-file",
  "template",
  "templatefile",
  "jsonpath",
  "jsonpath-as-json",
  "jsonpath-file",
  "custom-columns",
  "custom-columns-file",
  "wide",
];

/** Flags of commands whose values can be known, by the names of both. */
const ownRules: Readonly<Record<string, Completer | undefined>> = {
  // oxlint-disable-next-line typescript/require-await -- what a completer is
  "get output": async (_kubectl, _args, typed) => words(outputFormats, typed),
  "exec container": containersOf,
  "create clusterrolebinding clusterrole": allNamesOf("clusterrole"),
  "config set-context namespace": allNamesOf("namespace"),
};

/** `isOwn` says that the flag is the command's, whatever those of all commands are called. */
export function flagRule(command: string, flag: string, isOwn: boolean): Completer | undefined {
  if (!isOwn) return globalRules[flag];
  if (flag === "subresource") return subresources;
  return ownRules[`${command} ${flag}`];
}

// oxlint-disable-next-line typescript/require-await -- what a completer is
const subresources: Completer = async () => words(["status", "scale", "resize"], "");
