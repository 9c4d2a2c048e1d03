import { defineCommand } from "../../command.ts";

const nothing = "No alpha commands are available in this version of kubectl\n";

export default defineCommand({
  usage: "alpha",
  description: "Commands that are still being tried out.",
  flags: {},
  ownHelp: { output: "stderr", text: nothing },
  // oxlint-disable-next-line typescript/require-await -- what a command's run is
  async run(kubectl) {
    kubectl.host.stderr.write(nothing);
  },
});
