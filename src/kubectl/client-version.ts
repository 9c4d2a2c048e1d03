import { CommandError } from "./errors.ts";

/** A build, as `/version` and `kubectl version -o yaml` describe it. */
export interface VersionInfo {
  readonly major: string;
  readonly minor: string;
  readonly gitVersion: string;
  readonly gitCommit?: string;
  readonly gitTreeState?: string;
  readonly buildDate?: string;
  readonly goVersion?: string;
  readonly compiler?: string;
  readonly platform: string;
}

/** The file format of kustomizations that `kubectl kustomize` reads. */
export const kustomizeVersion = "v5.6.0";

/** For `--match-server-version`. Builds of one version are alike. */
export function checkSameVersion(
  platform: { os: string; arch: string },
  server: Pick<VersionInfo, "gitVersion">,
): void {
  const client = clientVersion(platform);
  const release = ({ gitVersion }: Pick<VersionInfo, "gitVersion">) => gitVersion.split("+")[0];
  if (release(client) === release(server)) return;
  throw new CommandError(
    `server version (${server.gitVersion}) differs from client version (${client.gitVersion})`,
  );
}

export function clientVersion(platform: { os: string; arch: string }): VersionInfo {
  return {
    major: "1",
    minor: "36",
    gitVersion: "v1.36.0+kijabi",
    platform: `${platform.os}/${platform.arch}`,
  };
}
