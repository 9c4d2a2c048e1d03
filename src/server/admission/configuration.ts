import { parseYamlDocument } from "#machinery/codec/yaml.ts";
import { ConfigurationReader } from "../settings/configuration-reader.ts";

/** The configuration of each plugin that the file names, as it stands there. */
export type AdmissionConfiguration = ReadonlyMap<string, unknown>;

/**
 * Reads the file of `--admission-control-config-file`. A plugin's configuration may stand in a
 * file of its own: `readFile` gets its path as written. Throws what is wrong.
 */
export async function admissionConfigurationOf(
  text: string,
  readFile: (path: string) => Promise<string>,
): Promise<AdmissionConfiguration> {
  const reader = ConfigurationReader.open("AdmissionConfiguration", parse(text), {
    kind: "AdmissionConfiguration",
    apiVersions: [
      "apiserver.config.k8s.io/v1",
      "apiserver.k8s.io/v1alpha1",
      "apiserver.config.k8s.io/v1alpha1",
    ],
  });
  const configuration = new Map<string, unknown>();
  for (const plugin of reader.objects("plugins")) {
    const name = plugin.string("name");
    if (!name) throw new Error(`${plugin.path}.name: a plugin's name is required`);
    const path = plugin.string("path");
    const inline = plugin.any("configuration");
    plugin.close();
    // The first of several counts, as upstream has it.
    if (configuration.has(name)) continue;
    if (inline !== undefined && inline !== null) configuration.set(name, inline);
    else if (path) configuration.set(name, parse(await readFile(path)));
  }
  reader.close();
  return configuration;
}

function parse(text: string): unknown {
  return parseYamlDocument(text)?.value;
}
