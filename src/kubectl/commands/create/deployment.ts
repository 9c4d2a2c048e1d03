import { CommandError } from "../../errors.ts";
import { containersOf } from "./containers.ts";
import { defineGenerator } from "./generator.ts";

export default defineGenerator({
  usage: "deployment NAME --image=image -- [COMMAND] [args...]",
  description: "Create a deployment with the given name.",
  examples: [
    {
      about: "Make a deployment my-dep that runs busybox",
      command: "kubectl create deployment my-dep --image=busybox",
    },
    {
      about: "The same with a command",
      command: "kubectl create deployment my-dep --image=busybox -- date",
    },
    {
      about: "Make a deployment my-dep with three replicas of nginx",
      command: "kubectl create deployment my-dep --image=nginx --replicas=3",
    },
    {
      about: "Make a deployment my-dep whose busybox listens on port 5701",
      command: "kubectl create deployment my-dep --image=busybox --port=5701",
    },
    {
      about: "Make a deployment my-dep with several containers",
      command:
        "kubectl create deployment my-dep --image=busybox:latest --image=ubuntu:latest --image=nginx",
    },
  ],
  flags: {
    image: { type: "list", usage: "Images to run; each is a container of the same pods." },
    port: { type: "int", bits: 32, default: -1, usage: "The port that the container listens on." },
    replicas: { type: "int", bits: 32, short: "r", default: 1, usage: "How many pods there are." },
  },
  required: ["image"],
  resource: "deployments",
  failure: "failed to create deployment:",
  generate({ host }, { name, words, values }) {
    if (values.image.length > 1 && words.length > 0) {
      throw new CommandError("cannot specify multiple --image options and command");
    }
    const labels = { app: name };
    const ports = values.port >= 0 ? { ports: [{ containerPort: values.port }] } : {};
    const containers = containersOf(values.image, words, host.random).map((container, index) =>
      index === 0 ? { ...container, ...ports } : container,
    );
    return {
      apiVersion: "apps/v1",
      kind: "Deployment",
      metadata: { name, labels },
      spec: {
        replicas: values.replicas,
        selector: { matchLabels: labels },
        template: { metadata: { labels }, spec: { containers } },
      },
    };
  },
});
