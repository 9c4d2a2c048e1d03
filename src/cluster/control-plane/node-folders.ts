import type { Node } from "#api/core/v1.ts";
import { text } from "#base/bytes.ts";
import type { ApiResponse } from "#client/transport.ts";
import type { NodeFolders } from "#controllers/persistentvolume-binder/host-path.ts";
import { volumeFolderAnnotation } from "#machinery/volumes.ts";
import type { KubeletConnector } from "#server/resources/core/pods/kubelet-connector.ts";

/** On nodes whose pods only pretend to run, and whose folders never were. */
const simulatedLabel = "kijabi.io/simulated";

/**
 * Has kubelets delete what they made for claims. A kubelet deletes nothing but what is in its own
 * folder for that, so it is told a name and no path.
 */
export function nodeFolders(kubelet: KubeletConnector): NodeFolders {
  return {
    async remove(node, path, signal) {
      if (node.metadata.labels?.[simulatedLabel] === "true") return;
      const response = await kubelet.fetch(
        { kind: "kubelet", node: node.metadata.name },
        {
          method: "DELETE",
          path: `/volumes/${nameIn(node, path)}`,
          query: new URLSearchParams(),
          headers: {},
          body: undefined,
        },
        signal,
      );
      // Read to its end, or the connection serves nobody else.
      const reason = await wordsOf(response);
      if (response.status < 300) return;
      throw new Error(`node "${node.metadata.name}" cannot delete ${path}: ${reason}`);
    },
  };
}

function nameIn({ metadata }: Node, path: string): string {
  const folder = metadata.annotations?.[volumeFolderAnnotation];
  if (folder !== undefined && path.startsWith(`${folder}/`)) return path.slice(folder.length + 1);
  throw new Error(`node "${metadata.name}" keeps no volumes of its own where ${path} is`);
}

async function wordsOf({ status, body }: ApiResponse): Promise<string> {
  if (body.kind === "bytes") return text(body.bytes);
  if (body.kind !== "stream") return `status ${status}`;
  let words = "";
  for await (const chunk of body.chunks) words += text(chunk);
  return words || `status ${status}`;
}
