import { defineParent } from "../../../command.ts";

export default defineParent({
  usage: "service [flags]",
  description: "Create a service of a type that a subcommand names.",
});
