import { isRow } from "#machinery/json.ts";
import { CommandError } from "../../errors.ts";
import type { KubeObject } from "../../objects.ts";
import { isPod } from "../../streams/pods.ts";
import type { PodObject } from "../../streams/pod-object.ts";

export interface PortPair {
  readonly local: number;
  readonly remote: number;
}

interface ServicePort {
  readonly name?: string;
  readonly port: number;
  readonly targetPort?: number | string;
  readonly protocol?: string;
}

/** What people call the ports, as numbers here and in the pod. */
export function resolvePorts(
  words: readonly string[],
  object: KubeObject,
  pod: PodObject,
): readonly PortPair[] {
  const isService = !isPod(object) && object.kind === "Service";
  const ports = isService ? servicePorts(words, object, pod) : podPorts(words, pod);
  return ports.map(parsePair);
}

function servicePorts(words: readonly string[], service: KubeObject, pod: PodObject): string[] {
  const spec = isRow(service.spec) ? service.spec : {};
  const ports = (Array.isArray(spec.ports) ? spec.ports : []) as ServicePort[];
  const { name: serviceName = "" } = service.metadata;
  const number = (word: string) => {
    if (isNumber(word)) return Number(word);
    const named = ports.find(({ name }) => name === word);
    if (named) return named.port;
    throw new CommandError(`Service '${serviceName}' does not have a named port '${word}'`);
  };
  const protocols = ports.map(({ port, protocol }) => ({ port, protocol }));
  for (const word of words) refuseUdp(split(word).remote, number, protocols);
  return words.map((word) => {
    const { local, remote } = split(word);
    const port = number(remote);
    const found = ports.find((one) => one.port === port);
    if (!found) {
      throw new CommandError(`Service ${serviceName} does not have a service port ${port}`);
    }
    const { targetPort } = found;
    const target =
      spec.clusterIP === "None"
        ? port
        : typeof targetPort === "string"
          ? containerPort(pod, targetPort)
          : targetPort || port;
    return `${local === remote ? port : local}:${target}`;
  });
}

function podPorts(words: readonly string[], pod: PodObject): string[] {
  const number = (word: string) => (isNumber(word) ? Number(word) : containerPort(pod, word));
  const protocols = pod.spec.containers.flatMap(({ ports = [] }) =>
    ports.map(({ containerPort: port, protocol }) => ({ port, protocol })),
  );
  for (const word of words) {
    refuseUdp(split(word).remote, number, protocols);
  }
  return words.map((word) => {
    const { local, remote } = split(word);
    const port = isNumber(remote) ? remote : number(remote);
    return local === remote ? `${port}:${port}` : `${local}:${port}`;
  });
}

function refuseUdp(
  remote: string,
  number: (word: string) => number,
  ports: readonly { readonly port: number; readonly protocol?: string | undefined }[],
): void {
  const of = ports.filter(({ port }) => port === number(remote));
  const isUdp = of.some(({ protocol }) => protocol === "UDP");
  if (isUdp && !of.some(({ protocol = "TCP" }) => protocol === "TCP")) {
    throw new CommandError(`UDP protocol is not supported for ${remote}`);
  }
}

function containerPort({ spec, metadata }: PodObject, name: string): number {
  const sidecars = (spec.initContainers ?? []).filter(
    ({ restartPolicy }) => restartPolicy === "Always",
  );
  for (const { ports = [] } of [...spec.containers, ...sidecars]) {
    const port = ports.find((one) => one.name === name);
    if (port) return port.containerPort;
  }
  throw new CommandError(`Pod '${metadata.name ?? ""}' does not have a named port '${name}'`);
}

/** "8080:80"; one part is both. */
function split(word: string): { local: string; remote: string } {
  const [local = "", remote, ...more] = word.split(":");
  return remote === undefined || more.length > 0 ? { local, remote: local } : { local, remote };
}

function isNumber(word: string): boolean {
  return /^[+-]?\d+$/.test(word);
}

function parsePair(word: string): PortPair {
  const [local = "", remote = ""] = word.split(":");
  const parse = (text: string, which: string) => {
    if (/^\d+$/.test(text) && Number(text) <= 65535) return Number(text);
    const why = /^\d+$/.test(text) ? "value out of range" : "invalid syntax";
    throw new CommandError(
      `error parsing ${which} port '${text}': strconv.ParseUint: parsing ${JSON.stringify(text)}: ${why}`,
    );
  };
  const pair = {
    local: local === "" ? 0 : parse(local, "local"),
    remote: parse(remote, "remote"),
  };
  if (pair.remote === 0) throw new CommandError("remote port must be > 0");
  return pair;
}
