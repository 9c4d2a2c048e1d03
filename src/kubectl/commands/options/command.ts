import { defineCommand } from "../../command.ts";

export default defineCommand({
  usage: "options",
  description: "List the flags that all commands take",
  flags: {},
  ownHelp: { output: "stdout", text: "" },
  async run(kubectl) {
    const { globalHelp } = await import("../../help.ts");
    kubectl.print(globalHelp((text) => kubectl.translate(text)));
  },
});
