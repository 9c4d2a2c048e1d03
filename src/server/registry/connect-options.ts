import { bool, int32, list, string } from "#schema/field.ts";
import { kind } from "#schema/message.ts";
import type { KindType } from "#schema/message.ts";
import { isTrue } from "../pipeline/request-info.ts";

const info = { group: "", version: "v1" } as const;
const streams = {
  stdin: bool(1).optional(),
  stdout: bool(2).optional(),
  stderr: bool(3).optional(),
  tty: bool(4).optional(),
  container: string(5).optional(),
} as const;
const path = { path: string(1).optional() } as const;

/** What exec, attach, port-forward and proxy take: kinds that travel in queries only. */
const optionTypes: readonly KindType[] = [
  kind(
    "io.k8s.api.core.v1.PodExecOptions",
    { ...info, kind: "PodExecOptions" },
    {
      ...streams,
      command: list(6, string).optional(),
    },
  ),
  kind("io.k8s.api.core.v1.PodAttachOptions", { ...info, kind: "PodAttachOptions" }, streams),
  kind(
    "io.k8s.api.core.v1.PodPortForwardOptions",
    { ...info, kind: "PodPortForwardOptions" },
    {
      ports: list(1, int32).optional(),
    },
  ),
  kind("io.k8s.api.core.v1.PodProxyOptions", { ...info, kind: "PodProxyOptions" }, path),
  kind("io.k8s.api.core.v1.NodeProxyOptions", { ...info, kind: "NodeProxyOptions" }, path),
  kind("io.k8s.api.core.v1.ServiceProxyOptions", { ...info, kind: "ServiceProxyOptions" }, path),
];

/** Undefined for other kinds. */
export function optionsTypeOf(name: string): KindType | undefined {
  return optionTypes.find((type) => type.info.kind === name);
}

/** The query as the object that admission sees. */
export function optionsFromQuery(
  type: KindType,
  query: URLSearchParams,
  rest: string,
): Record<string, unknown> {
  const flags = ["stdin", "stdout", "stderr", "tty"].filter(
    (name) => name in type.fields && isTrue(query.get(name)),
  );
  const command = query.getAll("command");
  const ports = query.getAll("ports").flatMap((text) => text.split(",").map(Number));
  const container = query.get("container");
  return {
    kind: type.info.kind,
    apiVersion: "v1",
    ...Object.fromEntries(flags.map((name) => [name, true])),
    ...("container" in type.fields && container && { container }),
    ...("command" in type.fields && command.length > 0 && { command }),
    ...("ports" in type.fields && ports.length > 0 && { ports }),
    ...("path" in type.fields && rest && { path: rest }),
  };
}
