import { createCommands } from "./create/tree.ts";
import type { CommandGroup, CommandNode } from "../command.ts";

const configCommands: readonly CommandNode[] = [
  {
    name: "current-context",
    about: "Show the name of the current context",
    load: () => import("./config/current-context.ts"),
  },
  {
    name: "delete-cluster",
    about: "Delete one cluster of the kubeconfig",
    load: () => import("./config/delete-cluster.ts"),
  },
  {
    name: "delete-context",
    about: "Delete one context of the kubeconfig",
    load: () => import("./config/delete-context.ts"),
  },
  {
    name: "delete-user",
    about: "Delete one user of the kubeconfig",
    load: () => import("./config/delete-user.ts"),
  },
  {
    name: "get-clusters",
    about: "List the clusters of the kubeconfig",
    load: () => import("./config/get-clusters.ts"),
  },
  {
    name: "get-contexts",
    about: "Show one or many contexts",
    load: () => import("./config/get-contexts.ts"),
  },
  {
    name: "get-users",
    about: "List the users of the kubeconfig",
    load: () => import("./config/get-users.ts"),
  },
  {
    name: "rename-context",
    about: "Give a context of the kubeconfig another name",
    load: () => import("./config/rename-context.ts"),
  },
  {
    name: "set",
    about: "Set one value of the kubeconfig",
    load: () => import("./config/set.ts"),
  },
  {
    name: "set-cluster",
    about: "Set fields of a cluster of the kubeconfig",
    load: () => import("./config/set-cluster.ts"),
  },
  {
    name: "set-context",
    about: "Set fields of a context of the kubeconfig",
    load: () => import("./config/set-context.ts"),
  },
  {
    name: "set-credentials",
    about: "Set fields of a user of the kubeconfig",
    load: () => import("./config/set-credentials.ts"),
  },
  {
    name: "unset",
    about: "Take one value out of the kubeconfig",
    load: () => import("./config/unset.ts"),
  },
  {
    name: "use-context",
    aliases: ["use"],
    about: "Make one context of the kubeconfig the current one",
    load: () => import("./config/use-context.ts"),
  },
  {
    name: "view",
    about: "Show the merged kubeconfig, or one of its files",
    load: () => import("./config/view.ts"),
  },
];

/**
 * All commands, as the program's help lists them. Only their names and one line of each stand
 * here, so that a start reads the code of one command and no other.
 */
export const commandGroups: readonly CommandGroup[] = [
  {
    title: "Basic Commands (Beginner):",
    commands: [
      {
        name: "create",
        about: "Create a resource from a file or from stdin",
        load: () => import("./create/command.ts"),
        takesPlugins: true,
        children: createCommands,
      },
      {
        name: "expose",
        about: "Create a service for the pods of a resource",
        load: () => import("./expose/command.ts"),
      },
      {
        name: "run",
        about: "Run an image in a pod",
        load: () => import("./run/command.ts"),
      },
      {
        name: "set",
        about: "Set single features of objects",
        load: () => import("./set/command.ts"),
        children: [
          {
            name: "env",
            about: "Change the environment variables of a pod template",
            load: () => import("./set/env/command.ts"),
          },
          {
            name: "image",
            about: "Change the image of a pod template",
            load: () => import("./set/image/command.ts"),
          },
          {
            name: "resources",
            about: "Change what the containers of a pod template request, and their limits",
            load: () => import("./set/resources/command.ts"),
          },
          {
            name: "selector",
            about: "Change the selector of a resource",
            load: () => import("./set/selector/command.ts"),
          },
          {
            name: "serviceaccount",
            aliases: ["sa"],
            about: "Change the service account of a resource",
            load: () => import("./set/serviceaccount/command.ts"),
          },
          {
            name: "subject",
            about:
              "Add users, groups, or service accounts to a role binding or cluster role binding",
            load: () => import("./set/subject/command.ts"),
          },
        ],
      },
    ],
  },
  {
    title: "Basic Commands (Intermediate):",
    commands: [
      {
        name: "explain",
        about: "Explain a resource and its fields",
        load: () => import("./explain/command.ts"),
      },
      {
        name: "get",
        about: "Show one or many resources",
        load: () => import("./get/command.ts"),
      },
      {
        name: "edit",
        about: "Change a resource in an editor",
        load: () => import("./edit/command.ts"),
      },
      {
        name: "delete",
        about: "Delete resources by file, by name, or by label",
        load: () => import("./delete/command.ts"),
      },
    ],
  },
  {
    title: "Deploy Commands:",
    commands: [
      {
        name: "rollout",
        about: "Manage the rollout of resources",
        load: () => import("./rollout/command.ts"),
        children: [
          {
            name: "history",
            about: "Show the revisions of a resource",
            load: () => import("./rollout/history/command.ts"),
          },
          {
            name: "pause",
            about: "Keep a resource from being rolled out",
            load: () => import("./rollout/pause/command.ts"),
          },
          {
            name: "restart",
            about: "Restart a resource",
            load: () => import("./rollout/restart/command.ts"),
          },
          {
            name: "resume",
            about: "Let a paused resource be rolled out again",
            load: () => import("./rollout/resume/command.ts"),
          },
          {
            name: "status",
            about: "Show how far a rollout is",
            load: () => import("./rollout/status/command.ts"),
          },
          {
            name: "undo",
            about: "Go back to an earlier rollout",
            load: () => import("./rollout/undo/command.ts"),
          },
        ],
      },
      {
        name: "scale",
        about: "Set the size of a deployment, replica set, or replication controller",
        load: () => import("./scale/command.ts"),
      },
      {
        name: "autoscale",
        about: "Create an autoscaler for a deployment, replica set, stateful set or controller",
        load: () => import("./autoscale/command.ts"),
      },
    ],
  },
  {
    title: "Cluster Management Commands:",
    commands: [
      {
        name: "certificate",
        about: "Approve or deny requests for certificates",
        load: () => import("./certificate/command.ts"),
        children: [
          {
            name: "approve",
            about: "Approve a request for a certificate",
            load: () => import("./certificate/approve/command.ts"),
          },
          {
            name: "deny",
            about: "Deny a request for a certificate",
            load: () => import("./certificate/deny/command.ts"),
          },
        ],
      },
      {
        name: "cluster-info",
        about: "Show the addresses of the control plane and of services",
        load: () => import("./cluster-info/command.ts"),
        children: [
          {
            name: "dump",
            about: "Print all that helps to find what is wrong with a cluster",
            load: () => import("./cluster-info/dump/command.ts"),
          },
        ],
      },
      {
        name: "top",
        about: "Show how much CPU and memory is used",
        load: () => import("./top/command.ts"),
        children: [
          {
            name: "node",
            aliases: ["nodes", "no"],
            about: "Show how much CPU and memory nodes use",
            load: () => import("./top/nodes/command.ts"),
          },
          {
            name: "pod",
            aliases: ["pods", "po"],
            about: "Show how much CPU and memory pods use",
            load: () => import("./top/pods/command.ts"),
          },
        ],
      },
      {
        name: "cordon",
        about: "Mark a node as unschedulable",
        load: () => import("./cordon/command.ts"),
      },
      {
        name: "uncordon",
        about: "Mark a node as schedulable",
        load: () => import("./uncordon/command.ts"),
      },
      {
        name: "drain",
        about: "Drain a node before it is maintained",
        load: () => import("./drain/command.ts"),
      },
      {
        name: "taint",
        about: "Change the taints of nodes",
        load: () => import("./taint/command.ts"),
      },
    ],
  },
  {
    title: "Troubleshooting and Debugging Commands:",
    commands: [
      {
        name: "describe",
        about: "Show the details of one resource or of several",
        load: () => import("./describe/command.ts"),
      },
      {
        name: "logs",
        about: "Print the logs for a container in a pod",
        load: () => import("./logs/command.ts"),
      },
      {
        name: "attach",
        about: "Attach to a running container",
        load: () => import("./attach/command.ts"),
      },
      {
        name: "exec",
        about: "Execute a command in a container",
        load: () => import("./exec/command.ts"),
      },
      {
        name: "port-forward",
        about: "Forward one or more local ports to a pod",
        load: () => import("./port-forward/command.ts"),
      },
      {
        name: "proxy",
        about: "Run a proxy to the Kubernetes API server",
        load: () => import("./proxy/command.ts"),
      },
      {
        name: "cp",
        about: "Copy files and directories to and from containers",
        load: () => import("./cp/command.ts"),
      },
      {
        name: "auth",
        about: "Ask about authorization",
        load: () => import("./auth/command.ts"),
        children: [
          {
            name: "can-i",
            about: "Ask whether an action is allowed",
            load: () => import("./auth/can-i/command.ts"),
          },
          {
            name: "reconcile",
            about: "Bring roles and their bindings in line with a file",
            load: () => import("./auth/reconcile/command.ts"),
          },
          {
            name: "whoami",
            about: "Experimental: Show as whom the server knows you",
            load: () => import("./auth/whoami/command.ts"),
          },
        ],
      },
      {
        name: "debug",
        about: "Create debugging sessions for troubleshooting workloads and nodes",
        load: () => import("./debug/command.ts"),
      },
      {
        name: "events",
        about: "List events",
        load: () => import("./events/command.ts"),
      },
    ],
  },
  {
    title: "Advanced Commands:",
    commands: [
      {
        name: "diff",
        about: "Compare what is there with what would be applied",
        load: () => import("./diff/command.ts"),
      },
      {
        name: "apply",
        about: "Apply a configuration to resources, by file or from stdin",
        load: () => import("./apply/command.ts"),
        children: [
          {
            name: "edit-last-applied",
            about: "Change the last-applied-configuration of a resource in an editor",
            load: () => import("./apply/edit-last-applied.ts"),
          },
          {
            name: "set-last-applied",
            about: "Set the last-applied-configuration of a resource to what a file has",
            load: () => import("./apply/set-last-applied.ts"),
          },
          {
            name: "view-last-applied",
            about: "Show the last-applied-configuration of resources",
            load: () => import("./apply/view-last-applied.ts"),
          },
        ],
      },
      {
        name: "patch",
        about: "Change fields of a resource",
        load: () => import("./patch/command.ts"),
      },
      {
        name: "replace",
        about: "Replace a resource by what a file or the standard input has",
        load: () => import("./replace/command.ts"),
      },
      {
        name: "wait",
        about: "Wait until resources are in a condition",
        load: () => import("./wait/command.ts"),
      },
      {
        name: "kustomize",
        about: "Build objects from a kustomization",
        load: () => import("./kustomize/command.ts"),
      },
    ],
  },
  {
    title: "Settings Commands:",
    commands: [
      {
        name: "label",
        about: "Change the labels of a resource",
        load: () => import("./label/command.ts"),
      },
      {
        name: "annotate",
        about: "Change the annotations of a resource",
        load: () => import("./annotate/command.ts"),
      },
      {
        name: "completion",
        about: "Print the script that completes commands in a shell",
        load: () => import("./completion/command.ts"),
      },
    ],
  },
  {
    title: "Other Commands:",
    commands: [
      {
        name: "api-resources",
        about: "List the resources that the server serves",
        load: () => import("./api-resources/command.ts"),
      },
      {
        name: "api-versions",
        about: 'List the API versions that the server serves, as "group/version"',
        load: () => import("./api-versions/command.ts"),
      },
      {
        name: "config",
        about: "Change kubeconfig files",
        load: () => import("./config/command.ts"),
        children: configCommands,
      },
      {
        name: "plugin",
        about: "Show the plugins that there are",
        load: () => import("./plugin/command.ts"),
        children: [
          {
            name: "list",
            about: "List all plugins on the PATH",
            load: () => import("./plugin/list.ts"),
          },
        ],
      },
      {
        name: "version",
        about: "Show the versions of the client and of the server",
        load: () => import("./version/command.ts"),
      },
      {
        name: "options",
        about: "List the flags that all commands take",
        hidden: true,
        load: () => import("./options/command.ts"),
      },
      {
        name: "alpha",
        about: "Commands that are still being tried out",
        hidden: true,
        load: () => import("./alpha/command.ts"),
      },
      {
        name: "help",
        about: "Show the help of a command",
        hidden: true,
        load: () => import("./help/command.ts"),
      },
    ],
  },
];

export const allCommands: readonly CommandNode[] = commandGroups.flatMap(
  ({ commands }) => commands,
);
