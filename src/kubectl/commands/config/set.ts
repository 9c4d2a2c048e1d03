import { defineCommand } from "../../command.ts";
import { SettingsFiles } from "../../config/settings.ts";
import { CommandError } from "../../errors.ts";
import { entryFlag, helpAndFail } from "./common.ts";

export default defineCommand({
  usage: "set PROPERTY_NAME PROPERTY_VALUE",
  description:
    "Set one value of the kubeconfig.\n\n" +
    "PROPERTY_NAME is a path with dots: names of fields, and names of entries between them.\n\n" +
    "PROPERTY_VALUE is the new value. For fields of bytes, such as 'certificate-authority-data', it " +
    "is base64, unless --set-raw-bytes is given.\n\n" +
    "An entry that is there already keeps its other fields.",
  examples: [
    {
      about: "Set the server of the cluster my-cluster",
      command: "kubectl config set clusters.my-cluster.server https://1.2.3.4",
    },
    {
      about: "Set the certificates of the authority of my-cluster",
      command:
        'kubectl config set clusters.my-cluster.certificate-authority-data $(echo "cert_data_here" | base64 -i -)',
    },
    {
      about: "Set the cluster of the context my-context",
      command: "kubectl config set contexts.my-context.cluster my-cluster",
    },
    {
      about: "Set the key of the user cluster-admin, given as it is",
      command:
        "kubectl config set users.cluster-admin.client-key-data cert_data_here --set-raw-bytes=true",
    },
  ],
  flags: {
    "set-raw-bytes": entryFlag(
      "bool",
      "Take the value of a field of bytes as it is, not as base64.",
    ),
  },
  async run(kubectl, { values, args }) {
    const [name = "", value = ""] = args;
    if (args.length !== 2) await helpAndFail(kubectl, `Unexpected args: [${args.join(" ")}]`);
    if (value === "") throw new CommandError("you cannot use set to unset a property");
    if (name === "") throw new CommandError("you must specify a property");
    const { parseProperty, setProperty } = await import("./property.ts");
    const files = new SettingsFiles(kubectl);
    const settings = await files.read();
    setProperty(settings, parseProperty(name), value, { rawBytes: values["set-raw-bytes"] });
    await files.save(settings, { relativePaths: false });
    kubectl.printLine(`Property ${JSON.stringify(name)} set.`);
  },
});
