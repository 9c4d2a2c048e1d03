import type { Example } from "../../command.ts";

export const pluginExamples: readonly Example[] = [
  { about: "List all plugins", command: "kubectl plugin list" },
  {
    about: "List all plugins by their names alone",
    command: "kubectl plugin list --name-only",
  },
];
