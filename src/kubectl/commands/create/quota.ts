import { canonicalQuantity } from "#schema/quantity.ts";
import { CommandError } from "../../errors.ts";
import { defineGenerator } from "./generator.ts";

export default defineGenerator({
  usage:
    "quota NAME [--hard=key1=value1,key2=value2] [--scopes=Scope1,Scope2] " +
    "[--dry-run=server|client|none]",
  description: "Create a resource quota with the given name, limits and, if wanted, scopes.",
  examples: [
    {
      about: "Make a quota my-quota",
      command:
        "kubectl create quota my-quota --hard=cpu=1,memory=1G,pods=2,services=3,replicationcontrollers=2,resourcequotas=1,secrets=5,persistentvolumeclaims=10",
    },
    {
      about: "Make a quota best-effort",
      command: "kubectl create quota best-effort --hard=pods=100 --scopes=BestEffort",
    },
  ],
  flags: {
    hard: {
      type: "string",
      default: "",
      usage: "Pairs of resource=quantity, separated by commas.",
    },
    scopes: {
      type: "string",
      default: "",
      usage: "Scopes that an object has to be in to be counted, separated by commas.",
    },
  },
  resource: "resourcequotas",
  failure: "failed to create quota:",
  generate(_kubectl, { name, values }) {
    const hard = values.hard === "" ? {} : { hard: limitsOf(values.hard) };
    const scopes = values.scopes === "" ? {} : { scopes: scopesOf(values.scopes) };
    return {
      apiVersion: "v1",
      kind: "ResourceQuota",
      metadata: { name },
      spec: { ...hard, ...scopes },
    };
  },
});

function limitsOf(text: string): Record<string, string> {
  const limits: Record<string, string> = {};
  for (const pair of text.split(",")) {
    const [resource = "", quantity, ...more] = pair.split("=");
    if (quantity === undefined || more.length > 0) {
      throw new CommandError(`Invalid argument syntax ${pair}, expected <resource>=<value>`);
    }
    const canonical = canonicalQuantity(quantity);
    if (canonical === undefined) throw new CommandError(notAQuantity);
    limits[resource] = canonical;
  }
  return limits;
}

const notAQuantity =
  "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'";

function scopesOf(text: string): string[] {
  const scopes = text.split(",");
  if (scopes.includes("")) throw new CommandError('invalid resource quota scope ""');
  return scopes;
}
