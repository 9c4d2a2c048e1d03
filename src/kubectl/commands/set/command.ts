import { defineParent } from "../../command.ts";

export default defineParent({
  usage: "set SUBCOMMAND",
  description:
    "Configure resources of applications.\n\nThese commands change single features of resources.",
});
