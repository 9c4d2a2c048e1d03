import { defineGenerator } from "./generator.ts";

export default defineGenerator({
  usage: "priorityclass NAME --value=VALUE --global-default=BOOL [--dry-run=server|client|none]",
  description:
    "Create a priority class with the given name, value, description and whether it is the default.",
  examples: [
    {
      about: "Make a priority class high-priority",
      command:
        'kubectl create priorityclass high-priority --value=1000 --description="high priority"',
    },
    {
      about: "Make default-priority the default of all pods",
      command:
        'kubectl create priorityclass default-priority --value=1000 --global-default=true --description="default priority"',
    },
    {
      about: "Make a priority class whose pods take no other's place",
      command:
        'kubectl create priorityclass high-priority --value=1000 --description="high priority" --preemption-policy="Never"',
    },
  ],
  flags: {
    description: { type: "string", default: "", usage: "When to use this class." },
    "global-default": { type: "bool", usage: "Whether pods that name no class have this one." },
    "preemption-policy": {
      type: "string",
      default: "PreemptLowerPriority",
      usage: "Whether pods of this class may take the place of others.",
    },
    value: { type: "int", bits: 32, default: 0, usage: "The priority." },
  },
  resource: "priorityclasses",
  failure: "failed to create priorityclass:",
  clusterScoped: true,
  generate(_kubectl, { name, values }) {
    const { value, description, "global-default": globalDefault } = values;
    return {
      apiVersion: "scheduling.k8s.io/v1",
      kind: "PriorityClass",
      metadata: { name },
      value,
      ...(globalDefault && { globalDefault }),
      ...(description && { description }),
      preemptionPolicy: values["preemption-policy"],
    };
  },
});
