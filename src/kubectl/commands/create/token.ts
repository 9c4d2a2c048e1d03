import type { FlagValues } from "#base/flags.ts";
import { isRow } from "#machinery/json.ts";
import { defineCommand } from "../../command.ts";
import { CommandError, messageOf } from "../../errors.ts";
import type { KubeObject } from "../../objects.ts";
import { printFlags, printerOf } from "../../printers/print-flags.ts";
import { printed } from "../../writes/made-objects.ts";
import { onlyName } from "./generator.ts";

const kinds = ["Node", "Pod", "Secret"];

const tokenFlags = {
  audience: {
    type: "array",
    usage: "Whom the token is for; the API server, if none is given. May be repeated.",
  },
  "bound-object-kind": {
    type: "string",
    default: "",
    usage:
      `Kind of the object that the token lives as long as: ${kinds.join(", ")}. ` +
      "Together with --bound-object-name.",
  },
  "bound-object-name": {
    type: "string",
    default: "",
    usage: "Name of the object that the token lives as long as.",
  },
  "bound-object-uid": {
    type: "string",
    default: "",
    usage: "UID of that object; that of the one that is there, if none is given.",
  },
  duration: {
    type: "duration",
    default: 0,
    usage: "How long the token is wanted to be good for; the server may give another time.",
  },
} as const;

export default defineCommand({
  usage: "token SERVICE_ACCOUNT_NAME",
  description: "Ask for a token of a service account.",
  examples: [
    {
      about: 'Ask for a token of the service account "myapp" in this namespace',
      command: "kubectl create token myapp",
    },
    { about: "In another namespace", command: "kubectl create token myapp --namespace myns" },
    { about: "For ten minutes", command: "kubectl create token myapp --duration 10m" },
    {
      about: "For somebody else than the API server",
      command: "kubectl create token myapp --audience https://example.com",
    },
    {
      about: "Good as long as a secret is there",
      command: "kubectl create token myapp --bound-object-kind Secret --bound-object-name mysecret",
    },
  ],
  flags: { ...printFlags, ...tokenFlags },
  async run(kubectl, input) {
    const name = onlyName(input);
    const { values } = input;
    const printer = await printerOf(kubectl, values, "created");
    if (name === "") throw new CommandError("service account name is required");
    const spec = specOf(values);
    const namespace = await kubectl.namespace();
    const rest = await kubectl.rest();
    let response: KubeObject;
    try {
      response = await rest.json({
        method: "POST",
        path: `/api/v1/namespaces/${namespace.name}/serviceaccounts/${name}/token`,
        body: { apiVersion: "authentication.k8s.io/v1", kind: "TokenRequest", spec },
      });
    } catch (error) {
      throw new CommandError(`failed to create token: ${messageOf(error)}`, { cause: error });
    }
    const status = isRow(response.status) ? response.status : {};
    const { token } = status;
    if (typeof token !== "string" || token === "") {
      throw new CommandError("failed to create token: no token in server response");
    }
    if (values.output || values.template) {
      kubectl.print(printer.print(await printed(response, values)));
    } else kubectl.print(kubectl.host.stdout.isTerminal ? `${token}\n` : token);
  },
});

function specOf(values: FlagValues<typeof tokenFlags>) {
  const { audience, duration } = values;
  if (duration < 0) throw new CommandError("--duration must be greater than or equal to 0");
  if (duration % 1000 !== 0) {
    throw new CommandError("--duration cannot be expressed in units less than seconds");
  }
  if (audience.includes("")) throw new CommandError("--audience must not be an empty string");
  const kind = values["bound-object-kind"];
  const name = values["bound-object-name"];
  const uid = values["bound-object-uid"];
  if (kind === "" && (name || uid)) {
    throw new CommandError(
      `--bound-object-${name ? "name" : "uid"} can only be set if --bound-object-kind is provided`,
    );
  }
  if (kind && !kinds.includes(kind)) {
    throw new CommandError(`supported --bound-object-kind values are ${kinds.join(", ")}`);
  }
  if (kind && name === "") {
    throw new CommandError("--bound-object-name is required if --bound-object-kind is provided");
  }
  return {
    audiences: audience.length > 0 ? audience : null,
    ...(duration > 0 && { expirationSeconds: duration / 1000 }),
    ...(kind && { boundObjectRef: { kind, apiVersion: "v1", name, ...(uid && { uid }) } }),
  };
}
