import { goJson } from "#machinery/codec/go-json.ts";
import { CommandError } from "../../errors.ts";
import { hashSuffix } from "../../kustomize/transform/hash.ts";
import { defineGenerator } from "./generator.ts";
import { configMapData, readEnvFiles, readFiles, readLiterals } from "./key-values.ts";

export default defineGenerator({
  usage:
    "configmap NAME [--from-file=[key=]source] [--from-literal=key1=value1] " +
    "[--dry-run=server|client|none]",
  description:
    "Create a config map from files, directories, or values on the command line.\n\n" +
    "A file becomes a key by its name, or by the key that is given with it. Of a directory, each " +
    "file in it becomes a key; what is no plain file is left out.",
  examples: [
    {
      about: "Make my-config of all files in the directory bar",
      command: "kubectl create configmap my-config --from-file=path/to/bar",
    },
    {
      about: "Make my-config of two files under keys of your own",
      command:
        "kubectl create configmap my-config --from-file=key1=/path/to/bar/file1.txt --from-file=key2=/path/to/bar/file2.txt",
    },
    {
      about: "Make my-config of two values",
      command:
        "kubectl create configmap my-config --from-literal=key1=config1 --from-literal=key2=config2",
    },
    {
      about: "Make my-config of the lines of two env files",
      command:
        "kubectl create configmap my-config --from-env-file=path/to/foo.env --from-env-file=path/to/bar.env",
    },
  ],
  flags: {
    "append-hash": { type: "bool", usage: "Put a hash of the content behind the name." },
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
  },
  resource: "configmaps",
  failure: "failed to create configmap:",
  async generate({ host }, { name, values }) {
    const { "from-file": files, "from-literal": literals, "from-env-file": envFiles } = values;
    if (envFiles.length > 0 && (files.length > 0 || literals.length > 0)) {
      throw new CommandError("from-env-file cannot be combined with from-file or from-literal");
    }
    const { data, binaryData, add } = configMapData(name);
    await readFiles(host, files, add);
    readLiterals(literals, add);
    await readEnvFiles(host, envFiles, { add, what: "config" });
    const hasBinary = Object.keys(binaryData).length > 0;
    const content = { data, ...(hasBinary && { binaryData }) };
    const suffix = values["append-hash"]
      ? `-${await hashSuffix(goJson({ kind: "ConfigMap", name, ...content }))}`
      : "";
    return {
      apiVersion: "v1",
      kind: "ConfigMap",
      ...(Object.keys(data).length > 0 ? content : hasBinary ? { binaryData } : {}),
      metadata: { name: name + suffix },
    };
  },
});
