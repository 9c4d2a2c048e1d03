import { toBase64, utf8 } from "#base/bytes.ts";
import { goJsonString } from "#machinery/codec/go-json.ts";
import { CommandError } from "../../../errors.ts";
import { defineGenerator } from "../generator.ts";
import { readFiles, secretData } from "../key-values.ts";
import { appendHashFlag, secretOf } from "./secret.ts";

const dataKey = ".dockerconfigjson";

export default defineGenerator({
  usage:
    "docker-registry NAME --docker-username=user --docker-password=password " +
    "--docker-email=email [--docker-server=string] [--from-file=[key=]source] " +
    "[--dry-run=server|client|none]",
  description:
    "Create a secret by which nodes log in to an image registry.\n\n" +
    "It holds what `docker login` keeps. Name it among a pod's imagePullSecrets, or among those " +
    "of its service account.",
  examples: [
    {
      about: "Make my-secret for a registry",
      command:
        "kubectl create secret docker-registry my-secret --docker-server=DOCKER_REGISTRY_SERVER --docker-username=DOCKER_USER --docker-password=DOCKER_PASSWORD --docker-email=DOCKER_EMAIL",
    },
    {
      about: "Make my-secret of the file that docker keeps",
      command:
        "kubectl create secret docker-registry my-secret --from-file=path/to/.docker/config.json",
    },
  ],
  flags: {
    ...appendHashFlag,
    "docker-email": { type: "string", default: "", usage: "Mail address for the registry" },
    "docker-password": { type: "string", default: "", usage: "Password for the registry" },
    "docker-server": {
      type: "string",
      default: "https://index.docker.io/v1/",
      usage: "Where the registry is",
    },
    "docker-username": { type: "string", default: "", usage: "User for the registry" },
    "from-file": {
      type: "list",
      usage: `File, or key=file, with what docker keeps. The key should be ${dataKey}.`,
    },
  },
  resource: "secrets",
  failure: "failed to create secret",
  async generate({ host }, { name, values }) {
    const {
      "docker-username": username,
      "docker-password": password,
      "docker-email": email,
      "docker-server": server,
      "from-file": files,
    } = values;
    if (files.length === 0 && !(username && password && server)) {
      throw new CommandError(
        "either --from-file or the combination of --docker-username, --docker-password and " +
          "--docker-server is required",
      );
    }
    const { data, add } = secretData();
    await readFiles(host, files, add);
    if (files.length === 0) {
      const auth = toBase64(utf8(`${username}:${password}`));
      add(dataKey, utf8(configText(server, { username, password, email, auth })));
    }
    const type = "kubernetes.io/dockerconfigjson";
    return await secretOf(name, { type, data }, values["append-hash"]);
  },
});

/** In the order in which docker's own file has it. */
function configText(server: string, entry: Readonly<Record<string, string>>): string {
  const fields = Object.entries(entry)
    .filter(([, value]) => value !== "")
    .map(([key, value]) => `${goJsonString(key)}:${goJsonString(value)}`);
  return `{"auths":{${goJsonString(server)}:{${fields.join(",")}}}}`;
}
