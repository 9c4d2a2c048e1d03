import { CommandError } from "../../errors.ts";
import { defineGenerator } from "./generator.ts";
import { intOrString, labelSelectorOf } from "../../writes/flag-values.ts";

export default defineGenerator({
  usage:
    "poddisruptionbudget NAME --selector=SELECTOR --min-available=N [--dry-run=server|client|none]",
  description:
    "Create a pod disruption budget with the given name and selector, and with how many pods " +
    "have to be there.",
  examples: [
    {
      about: "Of all pods with app=rails, one has to be there at any time",
      command: "kubectl create poddisruptionbudget my-pdb --selector=app=rails --min-available=1",
    },
    {
      about: "Of all pods with app=nginx, half of them have to be there at any time",
      command: "kubectl create pdb my-pdb --selector=app=nginx --min-available=50%",
    },
  ],
  flags: {
    "max-unavailable": {
      type: "string",
      default: "",
      usage: "How many pods may be missing: a number, or a percentage.",
    },
    "min-available": {
      type: "string",
      default: "",
      usage: "How many pods have to be there: a number, or a percentage.",
    },
    selector: {
      type: "string",
      default: "",
      usage: "Labels of the pods that it is for. Only equality is supported.",
    },
  },
  resource: "poddisruptionbudgets",
  failure: "failed to create poddisruptionbudgets:",
  async generate(_kubectl, { name, values }) {
    const { selector, "min-available": min, "max-unavailable": max } = values;
    if (selector === "") throw new CommandError("a selector must be specified");
    if (min === "" && max === "") {
      throw new CommandError("one of min-available or max-unavailable must be specified");
    }
    if (min !== "" && max !== "") {
      throw new CommandError("min-available and max-unavailable cannot be both specified");
    }
    const [field, flag, value] =
      min === ""
        ? (["maxUnavailable", "max-unavailable", max] as const)
        : (["minAvailable", "min-available", min] as const);
    if (!/^[0-9]+%?$/.test(value)) {
      throw new CommandError(`invalid format specified for ${flag}`);
    }
    return {
      apiVersion: "policy/v1",
      kind: "PodDisruptionBudget",
      metadata: { name },
      spec: { [field]: intOrString(value), selector: await labelSelectorOf(selector) },
    };
  },
});
