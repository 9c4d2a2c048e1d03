import { ConfigMap, Namespace, ServiceAccount } from "#api/core/v1.ts";
import { isAlreadyExists } from "#client/client.ts";
import type { Controller } from "#component/controller.ts";
import { attempt, defineController, watch } from "#component/controller.ts";
import { isNamespaceTerminating } from "../common/pod-control.ts";

/** Every namespace has the service account "default", which pods use that name none. */
export const serviceAccountController = defineController({
  name: "serviceaccount-controller",
  for: Namespace,
  watches: [
    watch(ServiceAccount, ({ metadata }) =>
      metadata.name === "default" ? [{ name: metadata.namespace ?? "" }] : [],
    ),
  ],

  async reconcile(namespace, ctx) {
    const { name, deletionTimestamp } = namespace.metadata;
    if (deletionTimestamp || namespace.status.phase === "Terminating") return;
    if (ctx.get(ServiceAccount, { namespace: name, name: "default" })) return;
    const failure = await attempt(() =>
      ctx.create(ServiceAccount, { metadata: { namespace: name, name: "default" } }),
    );
    if (failure && !isAlreadyExists(failure) && !isNamespaceTerminating(failure)) throw failure;
  },
});

const configMapName = "kube-root-ca.crt";
const description =
  "Contains a CA bundle that can be used to verify the kube-apiserver when using internal " +
  "endpoints such as the internal service IP or kubernetes.default.svc. No other usage is " +
  "guaranteed across distributions of Kubernetes clusters.";

/** Puts the cluster's certificate authority (PEM) where the pods of every namespace can read it. */
export function rootCertificatePublisher(certificateAuthority: string): Controller {
  const data = { "ca.crt": certificateAuthority };
  const annotations = { "kubernetes.io/description": description };
  return defineController({
    name: "root-ca-certificate-publisher-controller",
    for: Namespace,
    watches: [
      watch(ConfigMap, ({ metadata }) =>
        metadata.name === configMapName ? [{ name: metadata.namespace ?? "" }] : [],
      ),
    ],

    async reconcile(namespace, ctx) {
      const { name, deletionTimestamp } = namespace.metadata;
      if (deletionTimestamp || namespace.status.phase === "Terminating") return;
      const reference = { namespace: name, name: configMapName };
      const current = ctx.get(ConfigMap, reference);
      if (!current) {
        const metadata = { ...reference, annotations };
        const failure = await attempt(() => ctx.create(ConfigMap, { metadata, data }));
        if (failure && !isAlreadyExists(failure) && !isNamespaceTerminating(failure)) throw failure;
        return;
      }
      const described = current.metadata.annotations?.["kubernetes.io/description"] === description;
      const same = current.data?.["ca.crt"] === certificateAuthority;
      if (same && described && Object.keys(current.data ?? {}).length === 1) return;
      const metadata = {
        ...current.metadata,
        annotations: { ...current.metadata.annotations, ...annotations },
      };
      await ctx.update(ConfigMap, { ...current, metadata, data });
    },
  });
}
