import { string } from "#schema/field.ts";
import { message } from "#schema/message.ts";

/** What a server says of its release. Travels as JSON only. */
export abstract class Info extends message("io.k8s.apimachinery.pkg.version.Info", {
  /** The major version, such as 1. */
  major: string(0),
  /** The minor version, such as 36. */
  minor: string(0),
  /** The major version that the server behaves as. */
  emulationMajor: string(0).optional(),
  /** The minor version that the server behaves as. */
  emulationMinor: string(0).optional(),
  /** The oldest major version that the server works together with. */
  minCompatibilityMajor: string(0).optional(),
  /** The oldest minor version that the server works together with. */
  minCompatibilityMinor: string(0).optional(),
  /** The whole version, as releases are named: v1.36.0. */
  gitVersion: string(0),
  /** The commit that the server was built from. */
  gitCommit: string(0),
  /** Whether the sources were changed after that commit: clean or dirty. */
  gitTreeState: string(0),
  /** When it was built. */
  buildDate: string(0),
  /** The language runtime that it runs on. */
  goVersion: string(0),
  /** What compiled or runs it. */
  compiler: string(0),
  /** Operating system and architecture, such as linux/amd64. */
  platform: string(0),
}) {}
