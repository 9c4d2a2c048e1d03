import { resolve } from "node:path";
import type { FlagSpecs, FlagValues } from "#base/flags.ts";
import type { ClusterConfig } from "../config.ts";
import { accessFlags } from "./access.ts";
import { admissionFlags } from "./admission.ts";
import type { AdmissionFlags } from "./admission.ts";
import { apiEnablementFlags, runtimeConfigOfFlags } from "./api-enablement.ts";
import { schedulerFlags } from "./scheduler-flags.ts";

export type KeptSettings = Pick<
  ClusterConfig,
  "access" | "admission" | "runtimeConfig" | "scheduler"
>;

/**
 * What the profile keeps once these flags were given: its own settings, and in their place those
 * of the flags. A flag that is given as empty takes its setting away. Throws `TypeError` for
 * versions that cannot be meant.
 */
export function keptSettings(
  known: KeptSettings,
  values: Readonly<Record<string, unknown>>,
  given: ReadonlySet<string>,
): KeptSettings {
  const of = (specs: FlagSpecs) => Object.keys(specs).filter((name) => given.has(name));
  const all = { ...accessFlags, ...admissionFlags, ...apiEnablementFlags, ...schedulerFlags };
  if (of(all).length === 0) return known;
  const asked = Object.fromEntries(of(admissionFlags).map((name) => [name, values[name]]));
  const access = accessArguments(known.access ?? [], of(accessFlags), values);
  const admission = admissionOf(known.admission ?? {}, asked);
  const runtimeConfig = given.has("runtime-config")
    ? runtimeConfigOf(values as FlagValues<typeof apiEnablementFlags>)
    : known.runtimeConfig;
  const scheduler = given.has("scheduler-config")
    ? schedulerOf(String(values["scheduler-config"]))
    : known.scheduler;
  return {
    ...(access.length > 0 && { access }),
    ...(Object.keys(admission).length > 0 && { admission }),
    ...(runtimeConfig && { runtimeConfig }),
    ...(scheduler && { scheduler }),
  };
}

function schedulerOf(file: string): ClusterConfig["scheduler"] {
  return file === "" ? undefined : { configurationFile: resolve(file) };
}

function accessArguments(
  known: readonly string[],
  given: readonly string[],
  values: Readonly<Record<string, unknown>>,
): string[] {
  const stays = (argument: string) => !given.some((name) => argument.startsWith(`--${name}=`));
  const added = given.flatMap((name) => {
    const text = String(values[name]);
    if (text === "") return [];
    return [`--${name}=${namesFile(name) ? resolve(text) : text}`];
  });
  return [...known.filter(stays), ...added];
}

/** The server has another working directory than who gives the flag. */
const namesFile = (name: string) => /-(file|config)$/.test(name);

function admissionOf(
  known: NonNullable<KeptSettings["admission"]>,
  given: AdmissionFlags,
): NonNullable<KeptSettings["admission"]> {
  const {
    "admission-control-config-file": file,
    "disable-admission-plugins": disable = known.disable ?? [],
    "enable-admission-plugins": enable = known.enable ?? [],
  } = given;
  const path = file === undefined ? known.configurationFile : file && resolve(file);
  const named = (plugins: readonly string[]) => plugins.filter(Boolean);
  return {
    ...(named(enable).length > 0 && { enable: named(enable) }),
    ...(named(disable).length > 0 && { disable: named(disable) }),
    ...(path && { configurationFile: path }),
  };
}

function runtimeConfigOf(values: FlagValues<typeof apiEnablementFlags>): string | undefined {
  try {
    return runtimeConfigOfFlags(values);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new TypeError(`--runtime-config: ${why}`, { cause: error });
  }
}
