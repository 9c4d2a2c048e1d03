import { CommandError } from "../../../errors.ts";
import { defineGenerator } from "../generator.ts";
import { readEnvFiles, readFiles, readLiterals, secretData } from "../key-values.ts";
import { appendHashFlag, secretOf } from "./secret.ts";

export default defineGenerator({
  usage:
    "generic NAME [--type=string] [--from-file=[key=]source] [--from-literal=key1=value1] " +
    "[--dry-run=server|client|none]",
  description:
    "Create a secret from files, directories, or values on the command line.\n\n" +
    "A file becomes a key by its name, or by the key that is given with it. Of a directory, each " +
    "file in it becomes a key; what is no plain file is left out.",
  examples: [
    {
      about: "Make my-secret of all files in the directory bar",
      command: "kubectl create secret generic my-secret --from-file=path/to/bar",
    },
    {
      about: "Make my-secret of two files under keys of your own",
      command:
        "kubectl create secret generic my-secret --from-file=ssh-privatekey=path/to/id_rsa --from-file=ssh-publickey=path/to/id_rsa.pub",
    },
    {
      about: "Make my-secret of a file and a value",
      command:
        "kubectl create secret generic my-secret --from-file=ssh-privatekey=path/to/id_rsa --from-literal=passphrase=topsecret",
    },
    {
      about: "Make my-secret of the lines of two env files",
      command:
        "kubectl create secret generic my-secret --from-env-file=path/to/foo.env --from-env-file=path/to/bar.env",
    },
  ],
  flags: {
    ...appendHashFlag,
    "from-env-file": {
      type: "list",
      usage: "File with lines of key=value, each of which becomes a key.",
    },
    "from-file": {
      type: "list",
      usage:
        "File, key=file, or directory. Without a key of its own, a file has its name's last part.",
    },
    "from-literal": { type: "array", usage: "A key and its value (such as mykey=somevalue)" },
    type: { type: "string", default: "", usage: "The secret's type" },
  },
  resource: "secrets",
  failure: "failed to create secret",
  async generate({ host }, { name, values }) {
    const { "from-file": files, "from-literal": literals, "from-env-file": envFiles } = values;
    if (envFiles.length > 0 && (files.length > 0 || literals.length > 0)) {
      throw new CommandError("from-env-file cannot be combined with from-file or from-literal");
    }
    const { data, add } = secretData();
    readLiterals(literals, add);
    await readFiles(host, files, add);
    await readEnvFiles(host, envFiles, { add, what: "secret" });
    return await secretOf(name, { type: values.type, data }, values["append-hash"]);
  },
});
