import { Pod } from "#api/core/v1.ts";
import type { ApiResponse } from "#client/transport.ts";
import { badRequest } from "#machinery/status.ts";
import type { RequestContext } from "../../../pipeline/request.ts";
import type { Subresource } from "../../../registry/resource.ts";
import { takenOver } from "../../common/answers.ts";
import type { ResourceDependencies } from "../../dependencies.ts";
import { chooseContainer } from "./choose-container.ts";

/** `pods/x/exec`: a process in a container. */
export function execSubresource(dependencies: ResourceDependencies): Subresource {
  return streamSubresource(dependencies, "PodExecOptions", (pod, context) => {
    const query = streamQuery(context);
    for (const word of context.request.query.getAll("command")) query.append("command", word);
    return { path: containerPath("exec", pod, context), query };
  });
}

/** `pods/x/attach`: the process that runs in a container. */
export function attachSubresource(dependencies: ResourceDependencies): Subresource {
  return streamSubresource(dependencies, "PodAttachOptions", (pod, context) => ({
    path: containerPath("attach", pod, context),
    query: streamQuery(context),
  }));
}

/** `pods/x/portforward`: connections to the pod's ports. */
export function portForwardSubresource(dependencies: ResourceDependencies): Subresource {
  return streamSubresource(dependencies, "PodPortForwardOptions", ({ metadata }, context) => {
    const query = new URLSearchParams();
    for (const port of context.request.query.getAll("ports")) query.append("port", port);
    return { path: `/portForward/${metadata.namespace}/${metadata.name}`, query };
  });
}

interface KubeletPath {
  readonly path: string;
  readonly query: URLSearchParams;
}

function streamSubresource(
  dependencies: ResourceDependencies,
  kind: string,
  locate: (pod: Pod, context: RequestContext) => KubeletPath,
): Subresource {
  return {
    kind: { group: "", version: "v1", kind },
    verbs: ["create", "get"],
    async handle(context): Promise<ApiResponse> {
      const { namespace, name } = context.info;
      const pod = await dependencies.objects.get(Pod, { namespace, name });
      const { path, query } = locate(pod, context);
      const { nodeName } = pod.spec;
      if (!nodeName) throw badRequest(`pod ${name} does not have a host assigned`);
      const { upgrade } = context.connection;
      if (!upgrade) throw badRequest("Upgrade request required");
      const { method, headers } = context.request;
      await dependencies.kubelet.tunnel(
        upgrade,
        { kind: "kubelet", node: nodeName },
        { method, path, query, headers, body: undefined },
        context.signal,
      );
      return takenOver;
    },
  };
}

function containerPath(verb: string, pod: Pod, { request }: RequestContext): string {
  const container = chooseContainer(pod, request.query.get("container"));
  return `/${verb}/${pod.metadata.namespace}/${pod.metadata.name}/${container}`;
}

/** The kubelet has other names for the streams than the API. */
const kubeletNames = { stdin: "input", stdout: "output", stderr: "error", tty: "tty" } as const;

function streamQuery({ request }: RequestContext): URLSearchParams {
  const given = Object.keys(kubeletNames).some((name) => request.query.has(name));
  const query = new URLSearchParams();
  for (const [name, kubeletName] of Object.entries(kubeletNames)) {
    const value = request.query.get(name);
    const wanted = given ? isTrue(value) : name === "stdout" || name === "stderr";
    if (wanted) query.set(kubeletName, "1");
  }
  return query;
}

function isTrue(value: string | null): boolean {
  return value !== null && value !== "false" && value !== "0";
}
