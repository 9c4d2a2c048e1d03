import { defineParent } from "../../command.ts";
import { pluginExamples } from "./examples.ts";

export default defineParent({
  usage: "plugin [flags]",
  description:
    "Show what plugins there are.\n\n" +
    "Plugins are programs that kubectl runs as if they were commands of its own: kubectl-foo on the " +
    'PATH is what "kubectl foo" runs.\n\n' +
    "Many of them can be found and installed by krew: [krew.sigs.k8s.io].",
  examples: pluginExamples,
});
