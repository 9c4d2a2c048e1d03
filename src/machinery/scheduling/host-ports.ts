import type { Container, Pod } from "#api/core/v1.ts";

export interface HostPort {
  readonly address: string;
  readonly protocol: string;
  readonly port: number;
}

/** The ports of its node that a pod holds as long as it runs. */
export function hostPortsOf({ spec }: Pod): readonly HostPort[] {
  const alongside = (spec.initContainers ?? []).filter(
    ({ restartPolicy }) => restartPolicy === "Always",
  );
  return [...spec.containers, ...alongside].flatMap(portsOf);
}

export function portsConflict(left: HostPort, right: HostPort): boolean {
  return (
    left.port === right.port &&
    left.protocol === right.protocol &&
    (left.address === right.address || left.address === "0.0.0.0" || right.address === "0.0.0.0")
  );
}

function portsOf(container: Container): HostPort[] {
  return (container.ports ?? [])
    .filter(({ hostPort = 0 }) => hostPort > 0)
    .map(({ hostIP, protocol, hostPort = 0 }) => ({
      address: hostIP || "0.0.0.0",
      protocol,
      port: hostPort,
    }));
}
