import { SettingsError } from "../settings/error.ts";
import { parseSettings, readSettings } from "../settings/reader.ts";

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
  const plugins = readSettings(text, expected, (fields) =>
    fields.list("plugins", (plugin) => ({
      at: plugin.path,
      name: plugin.text("name"),
      path: plugin.text("path"),
      inline: plugin.raw("configuration"),
    })),
  );
  const configuration = new Map<string, unknown>();
  for (const { at, name, path, inline } of plugins) {
    if (!name) throw new SettingsError(`${at}.name: a plugin's name is required`);
    // The first of several counts, as upstream has it.
    if (configuration.has(name)) continue;
    if (inline !== undefined && inline !== null) configuration.set(name, inline);
    else if (path) configuration.set(name, parseSettings(await readFile(path), name).value);
  }
  return configuration;
}

const expected = {
  kind: "AdmissionConfiguration",
  apiVersions: [
    "apiserver.config.k8s.io/v1",
    "apiserver.k8s.io/v1alpha1",
    "apiserver.config.k8s.io/v1alpha1",
  ],
};
