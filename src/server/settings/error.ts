/** A configuration file that the server cannot start with. */
export class SettingsError extends Error {
  override name = "SettingsError";
}
