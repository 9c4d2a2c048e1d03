import { cordonCommand } from "./cordon.ts";

export default cordonCommand({
  verb: "cordon",
  description: "Mark a node as unschedulable: no new pods come to it.",
  examples: [{ about: "Let no new pods come to the node foo", command: "kubectl cordon foo" }],
});
