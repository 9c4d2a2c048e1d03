import { decodeAs, struct, text } from "../decode.ts";
import { failed } from "../error.ts";
import { Resource } from "../resource.ts";
import { nodeOfJson } from "../yaml/read.ts";
import type { Generator } from "./plugin.ts";

const shape = struct("IAMPolicyGeneratorPlugin", {
  cloud: text,
  kubernetesService: struct("KubernetesService", { name: text, namespace: text }),
  serviceAccount: struct("ServiceAccount", { name: text, projectId: text }),
});

/** Makes the service account that stands for one of Google's cloud. */
export function iamPolicyGenerator(config: unknown): Generator {
  const settings = decodeAs(shape, config, { strict: false, lenient: true }) ?? {};
  return {
    generate() {
      const { cloud = "", kubernetesService = {}, serviceAccount = {} } = settings;
      if (cloud !== "gke") throw failed(`cloud provider ${cloud} not supported yet`);
      const { name = "", namespace } = kubernetesService;
      const account = `${serviceAccount.name ?? ""}@${serviceAccount.projectId ?? ""}`;
      const node = nodeOfJson({
        apiVersion: "v1",
        kind: "ServiceAccount",
        metadata: {
          annotations: {
            "iam.gke.io/gcp-service-account": `${account}.iam.gserviceaccount.com`,
          },
          name,
          ...(namespace ? { namespace } : {}),
        },
      });
      return Promise.resolve([new Resource(node)]);
    },
  };
}
