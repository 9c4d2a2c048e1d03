import { defineParent } from "../../command.ts";

export default defineParent({
  usage: "certificate SUBCOMMAND",
  description: "Approve or deny requests for certificates.",
  alone: { output: "stdout", exitCode: 0 },
});
