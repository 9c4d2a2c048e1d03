import { cordonCommand } from "../cordon/cordon.ts";

export default cordonCommand({
  verb: "uncordon",
  description: "Mark a node as schedulable: new pods may come to it again.",
  examples: [{ about: "Let pods come to the node foo again", command: "kubectl uncordon foo" }],
});
