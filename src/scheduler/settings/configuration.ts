import { YamlError, parseYamlDocument } from "#machinery/codec/yaml.ts";
import { DecodeError, decode, isRecord } from "#schema/decode.ts";
import type { MessageType } from "#schema/message.ts";
import { fieldErrorText } from "#machinery/validation/field-error.ts";
import type { Plugin } from "../framework.ts";
import type { PluginArguments } from "../profile/arguments.ts";
import type { Profile } from "../profile/profile.ts";
import { ConfigurationError } from "./error.ts";
import { argumentMessages, KubeSchedulerConfiguration } from "./messages.ts";
import type {
  GivenArguments,
  GivenConfiguration,
  GivenExtender,
  GivenProfile,
} from "./messages.ts";
import { profileFrom } from "./profiles.ts";
import { validateConfiguration } from "./validation.ts";

const apiVersion = "kubescheduler.config.k8s.io/v1";

/** What a file says, with what holds where it says nothing. */
export interface SchedulerConfiguration {
  /** Throws `ConfigurationError` for a profile that cannot be made of the plugins there are. */
  profiles(pluginsFor: (args: PluginArguments) => readonly Plugin[]): readonly Profile[];
  readonly extenders: readonly GivenExtender[];
  readonly initialBackoffMs: number;
  readonly backoffMsMax: number;
}

/** Reads the file. Throws `ConfigurationError` with upstream's words for what cannot be meant. */
export function readConfiguration(text: string): SchedulerConfiguration {
  const problems: string[] = [];
  const given = parse(text, problems);
  given.parallelism ??= 16;
  given.percentageOfNodesToScore ??= 0;
  given.podInitialBackoffSeconds ??= 1;
  given.podMaxBackoffSeconds ??= 10;
  const profiles = given.profiles?.length ? given.profiles : [{}];
  given.profiles = profiles;
  const [only, ...others]: GivenProfile[] = profiles;
  if (only && others.length === 0) only.schedulerName ??= "default-scheduler";
  const argumentsOf = profiles.map((profile: GivenProfile, index) => {
    const args: GivenArguments = {};
    for (const [position, { name, args: value }] of (profile.pluginConfig ?? []).entries()) {
      const path = `profiles[${index}].pluginConfig[${position}].args`;
      if (Object.hasOwn(argumentMessages, name)) {
        const known = name as keyof GivenArguments;
        requireKind(known, value ?? {}, path);
        // Decoded by the message of that name, so that it has the type of that name.
        const decoded = decodeStrictly(argumentMessages[known], value ?? {}, path, problems);
        Object.assign(args, { [known]: decoded });
      }
    }
    return args;
  });
  if (problems.length > 0) {
    throw new ConfigurationError(`strict decoding error: ${problems.join(", ")}`);
  }
  const errors = validateConfiguration(given, argumentsOf).map(fieldErrorText);
  if (errors.length > 0) {
    throw new ConfigurationError(errors.length > 1 ? `[${errors.join(", ")}]` : errors[0]);
  }
  const ignored = (given.extenders ?? []).flatMap(({ managedResources = [] }) =>
    managedResources.filter((each) => each.ignoredByScheduler).map(({ name }) => name),
  );
  return {
    profiles: (pluginsFor) =>
      profiles.map((profile, index) =>
        profileFrom(profile, argumentsOf[index] ?? {}, {
          pluginsFor,
          percentageOfNodesToScore: given.percentageOfNodesToScore ?? 0,
          ignoredResources: ignored,
        }),
      ),
    extenders: given.extenders ?? [],
    initialBackoffMs: given.podInitialBackoffSeconds * 1000,
    backoffMsMax: given.podMaxBackoffSeconds * 1000,
  };
}

function parse(text: string, problems: string[]): GivenConfiguration {
  let document;
  try {
    document = parseYamlDocument(text);
  } catch (error) {
    if (error instanceof YamlError) throw new ConfigurationError(error.message);
    throw error;
  }
  const value = document?.value;
  problems.push(...(document?.duplicates ?? []));
  const given = isRecord(value) ? value : {};
  if (!given.kind) throw new ConfigurationError("Object 'Kind' is missing in the configuration");
  if (given.kind !== "KubeSchedulerConfiguration" || given.apiVersion !== apiVersion) {
    throw new ConfigurationError(
      `no kind ${JSON.stringify(given.kind)} is registered for version ` +
        `${JSON.stringify(given.apiVersion ?? "")} ` +
        `in scheme; expected KubeSchedulerConfiguration of ${apiVersion}`,
    );
  }
  return decodeStrictly(KubeSchedulerConfiguration, given, "", problems) as GivenConfiguration;
}

function requireKind(name: keyof GivenArguments, value: unknown, path: string): void {
  const { kind } = isRecord(value) ? value : {};
  if (kind === undefined || kind === `${name}Args`) return;
  throw new ConfigurationError(
    `decoding .${path} for plugin ${name}: args for plugin ${name} were not of type ` +
      `${apiVersion}, Kind=${name}Args, got ${apiVersion}, Kind=${JSON.stringify(kind)}`,
  );
}

function decodeStrictly(
  type: MessageType,
  value: unknown,
  path: string,
  problems: string[],
): unknown {
  const onUnknown = (field: string) =>
    void problems.push(`unknown field "${path ? `${path}.${field}` : field}"`);
  try {
    return decode(type, value, { onUnknown, keepEmpty: true });
  } catch (error) {
    if (error instanceof DecodeError) throw new ConfigurationError(error.message);
    throw error;
  }
}
