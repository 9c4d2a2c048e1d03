import { defineCommand } from "../../command.ts";
import { messageOf } from "../../errors.ts";
import { baseName } from "../../paths.ts";
import { listPlugins, pluginFailure, pluginWarnings } from "../../plugins.ts";
import { pluginExamples } from "./examples.ts";

export default defineCommand({
  usage: "list [flags]",
  description:
    "List all plugins on the PATH: files that can be run and whose names begin with " +
    '"kubectl-".\n\nWhat keeps one of them from being run is told below it.',
  examples: pluginExamples,
  flags: {
    "name-only": {
      type: "bool",
      usage: "If true, show only the names of plugins, not their paths",
    },
  },
  async run(kubectl, { values }) {
    const plugins = await listPlugins(kubectl.host, (directory, error) => {
      const name = JSON.stringify(directory);
      kubectl.tell(
        `Unable to read directory ${name} from your PATH: ${messageOf(error)}. Skipping...`,
      );
    });
    if (plugins.length > 0) {
      kubectl.printLine("The following compatible plugins are available:\n");
    }
    const seen = new Map<string, string>();
    let count = 0;
    for (const path of plugins) {
      kubectl.printLine(values["name-only"] ? baseName(path) : path);
      for (const warning of await pluginWarnings(kubectl.host, path, seen)) {
        kubectl.tell(`  - ${warning}`);
        count++;
      }
    }
    const failure = pluginFailure(plugins.length, count);
    if (failure) throw failure;
  },
});
