import type { CommandNode } from "../../command.ts";

/** What `create` has below it. */
export const createCommands: readonly CommandNode[] = [
  {
    name: "clusterrole",
    about: "Create a cluster role",
    load: () => import("./clusterrole.ts"),
  },
  {
    name: "clusterrolebinding",
    about: "Create a cluster role binding for one cluster role",
    load: () => import("./clusterrolebinding.ts"),
  },
  {
    name: "configmap",
    aliases: ["cm"],
    about: "Create a config map from files, directories or values",
    load: () => import("./configmap.ts"),
  },
  {
    name: "cronjob",
    aliases: ["cj"],
    about: "Create a cron job with the given name",
    load: () => import("./cronjob.ts"),
  },
  {
    name: "deployment",
    aliases: ["deploy"],
    about: "Create a deployment with the given name",
    load: () => import("./deployment.ts"),
  },
  {
    name: "ingress",
    aliases: ["ing"],
    about: "Create an ingress with the given name",
    load: () => import("./ingress.ts"),
  },
  {
    name: "job",
    about: "Create a job with the given name",
    load: () => import("./job.ts"),
  },
  {
    name: "namespace",
    aliases: ["ns"],
    about: "Create a namespace with the given name",
    load: () => import("./namespace.ts"),
  },
  {
    name: "poddisruptionbudget",
    aliases: ["pdb"],
    about: "Create a pod disruption budget with the given name",
    load: () => import("./poddisruptionbudget.ts"),
  },
  {
    name: "priorityclass",
    aliases: ["pc"],
    about: "Create a priority class with the given name",
    load: () => import("./priorityclass.ts"),
  },
  {
    name: "quota",
    aliases: ["resourcequota"],
    about: "Create a quota with the given name",
    load: () => import("./quota.ts"),
  },
  {
    name: "role",
    about: "Create a role with one rule",
    load: () => import("./role.ts"),
  },
  {
    name: "rolebinding",
    about: "Create a role binding for one role or cluster role",
    load: () => import("./rolebinding.ts"),
  },
  {
    name: "secret",
    about: "Create a secret of a kind that a subcommand names",
    load: () => import("./secret/command.ts"),
    children: [
      {
        name: "docker-registry",
        about: "Create a secret by which nodes log in to an image registry",
        load: () => import("./secret/docker-registry.ts"),
      },
      {
        name: "generic",
        about: "Create a secret from files, directories or values",
        load: () => import("./secret/generic.ts"),
      },
      {
        name: "tls",
        about: "Create a TLS secret",
        load: () => import("./secret/tls.ts"),
      },
    ],
  },
  {
    name: "service",
    aliases: ["svc"],
    about: "Create a service of a type that a subcommand names",
    load: () => import("./service/command.ts"),
    children: [
      {
        name: "clusterip",
        about: "Create a ClusterIP service",
        load: () => import("./service/clusterip.ts"),
      },
      {
        name: "externalname",
        about: "Create an ExternalName service",
        load: () => import("./service/externalname.ts"),
      },
      {
        name: "loadbalancer",
        about: "Create a LoadBalancer service",
        load: () => import("./service/loadbalancer.ts"),
      },
      {
        name: "nodeport",
        about: "Create a NodePort service",
        load: () => import("./service/nodeport.ts"),
      },
    ],
  },
  {
    name: "serviceaccount",
    aliases: ["sa"],
    about: "Create a service account with the given name",
    load: () => import("./serviceaccount.ts"),
  },
  {
    name: "token",
    about: "Ask for a token of a service account",
    load: () => import("./token.ts"),
  },
];
