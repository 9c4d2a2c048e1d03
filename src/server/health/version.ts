import type { PathHandler } from "../pipeline/pipeline.ts";

/** The version of Kubernetes that this server behaves as, and its own after the plus sign. */
export const gitVersion = "v1.36.0+kijabi-0.1.0";

export interface BuildInfo {
  /** What runs the server: "node26.10.0", "browser". Where upstream has Go's version. */
  readonly runtime: string;
  /** "linux/amd64" */
  readonly platform: string;
}

export function versionPath({ runtime, platform }: BuildInfo): PathHandler {
  const version = {
    major: "1",
    minor: "36",
    emulationMajor: "1",
    emulationMinor: "36",
    minCompatibilityMajor: "1",
    minCompatibilityMinor: "35",
    gitVersion,
    gitCommit: "",
    gitTreeState: "clean",
    buildDate: "1970-01-01T00:00:00Z",
    goVersion: runtime,
    compiler: "none",
    platform,
  };
  return {
    handle(path) {
      if (path !== "/version" && path !== "/version/") return undefined;
      return { status: 200, headers: {}, body: { kind: "object", object: version } };
    },
  };
}
