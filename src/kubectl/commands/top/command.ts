import { defineParent } from "../../command.ts";

export default defineParent({
  usage: "top [flags]",
  description:
    "Show how much CPU and memory nodes or pods use.\n\n" +
    "It needs the metrics API, which metrics-server brings into a cluster.",
});
