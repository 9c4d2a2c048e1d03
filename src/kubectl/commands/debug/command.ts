import { defineCommand } from "../../command.ts";
import { FlagError } from "#base/flags.ts";

const copyOnly = "(With --copy-to.)";

export default defineCommand({
  usage: "debug (POD | TYPE[[.VERSION].GROUP]/NAME) [ -- COMMAND [args...] ]",
  description:
    "Look into pods and nodes, by containers that are made for it.\n\n" +
    "Of a pod, a new container is added to it while it runs, or a copy of it is made in which " +
    "images, commands or containers are others. Of a node, a pod is made there, in the node's own " +
    "namespaces, with its files at /host.",
  examples: [
    {
      about: "Type at a new container in the pod mypod",
      command: "kubectl debug mypod -it --image=busybox",
    },
    {
      about: "Give it a name and another image",
      command: "kubectl debug --image=myproj/debug-tools -c debugger mypod",
    },
    {
      about: "Make a copy of mypod with a new container, and type at that",
      command: "kubectl debug mypod -it --image=busybox --copy-to=my-debugger",
    },
    {
      about: "Make a copy in which the container mycontainer runs another command",
      command: "kubectl debug mypod -it --copy-to=my-debugger --container=mycontainer -- sh",
    },
    {
      about: "Make a copy in which all containers have the image busybox",
      command: "kubectl debug mypod --copy-to=my-debugger --set-image=*=busybox",
    },
    {
      about: "Type at a pod on a node, with the node's files at /host",
      command: "kubectl debug node/mynode -it --image=busybox",
    },
  ],
  flags: {
    "arguments-only": {
      type: "bool",
      usage: "What stands behind -- is the container's arguments, not its command.",
    },
    attach: {
      type: "bool",
      usage: "Wait for the container, and attach to it. True by default with -i.",
    },
    container: { type: "string", short: "c", default: "", usage: "The container's name." },
    "copy-to": { type: "string", default: "", usage: "Make a copy of the pod, of this name." },
    custom: {
      type: "string",
      default: "",
      usage: "A JSON or YAML file with a part of a container that changes what the profile says.",
    },
    env: { type: "list", usage: "Variables of the container's environment, as name=value." },
    filename: { type: "list", short: "f", usage: "Files that name what to debug" },
    image: { type: "string", default: "", usage: "The container's image." },
    "image-pull-policy": {
      type: "string",
      default: "",
      usage: "When the image is pulled; the server decides if it is not given.",
    },
    "keep-annotations": { type: "bool", usage: `Keep the pod's annotations. ${copyOnly}` },
    "keep-init-containers": {
      type: "bool",
      default: true,
      usage: `Run the pod's init containers. ${copyOnly}`,
    },
    "keep-labels": { type: "bool", usage: `Keep the pod's labels. ${copyOnly}` },
    "keep-liveness": { type: "bool", usage: `Keep the liveness probes. ${copyOnly}` },
    "keep-readiness": { type: "bool", usage: `Keep the readiness probes. ${copyOnly}` },
    "keep-startup": { type: "bool", usage: `Keep the startup probes. ${copyOnly}` },
    profile: {
      type: "string",
      default: "legacy",
      usage: 'One of "legacy", "general", "baseline", "netadmin", "restricted" or "sysadmin".',
    },
    quiet: { type: "bool", short: "q", usage: "Do not tell what is done." },
    replace: { type: "bool", usage: `Delete the pod that is copied. ${copyOnly}` },
    "same-node": { type: "bool", usage: `Let the copy run on the pod's node. ${copyOnly}` },
    "set-image": {
      type: "list",
      usage: `Images of containers, as name=image; * is all of them. ${copyOnly}`,
    },
    "share-processes": {
      type: "bool",
      default: true,
      usage: `Let the copy's containers see each other's processes. ${copyOnly}`,
    },
    stdin: { type: "bool", short: "i", usage: "Keep the container's input open." },
    target: {
      type: "string",
      default: "",
      usage: "The container whose processes a container in a running pod is to see.",
    },
    tty: { type: "bool", short: "t", usage: "Give the container a terminal." },
  },
  async run(kubectl, { values, given, args, dashAt }) {
    const hasWords = dashAt !== undefined && args.length > dashAt;
    const { debug } = await import("./debug.ts");
    await debug(kubectl, {
      values,
      targets: hasWords ? args.slice(0, dashAt) : args,
      words: hasWords ? args.slice(dashAt) : [],
      attaches: given.has("attach") ? values.attach : values.stdin,
      attachGiven: given.has("attach"),
      sharesProcesses: given.has("share-processes") ? values["share-processes"] : undefined,
      environment: pairsOf(values.env, "env"),
      images: pairsOf(values["set-image"], "set-image"),
    });
  },
});

function pairsOf(words: readonly string[], flag: string): ReadonlyMap<string, string> {
  return new Map(
    words.map((word): [string, string] => {
      const equals = word.indexOf("=");
      if (equals >= 0) return [word.slice(0, equals), word.slice(equals + 1)];
      throw new FlagError(
        `invalid argument ${JSON.stringify(word)} for "--${flag}" flag: ${word} must be formatted as key=value`,
      );
    }),
  );
}
