/** A configuration file that a scheduler cannot start with. */
export class ConfigurationError extends Error {
  override name = "ConfigurationError";
}
