import { readFile } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import { admissionConfigurationOf } from "../configuration.ts";
import type { AdmissionConfiguration } from "../configuration.ts";

/** Reads `--admission-control-config-file`; paths in it start from its folder. */
export async function readAdmissionConfiguration(path: string): Promise<AdmissionConfiguration> {
  const folder = dirname(resolve(path));
  try {
    const text = await readFile(path, "utf8");
    return await admissionConfigurationOf(text, (name) => readFile(resolve(folder, name), "utf8"));
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new Error(`unable to read admission control configuration from "${path}": ${why}`, {
      cause: error,
    });
  }
}
