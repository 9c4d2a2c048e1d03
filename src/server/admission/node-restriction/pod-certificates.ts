import { PodCertificateRequest } from "#api/certificates/v1beta1.ts";
import { Node, Pod, ServiceAccount } from "#api/core/v1.ts";
import { internalError } from "#machinery/status.ts";
import type { AdmissionEnvironment, AdmissionRequest } from "../admission.ts";
import { objectAs, refusal } from "../refusal.ts";
import { mirrorAnnotation } from "../service-account/plugin.ts";

/**
 * A node asks for certificates only of the pods that it runs. What may be said only because
 * somebody has not yet seen the newest object is no refusal: the kubelet tries again.
 */
export async function restrictCertificateRequest(
  request: AdmissionRequest,
  node: string,
  client: AdmissionEnvironment["client"],
): Promise<void> {
  const { namespace, operation, subresource } = request;
  if (operation !== "CREATE") throw refusal(request, `unexpected operation ${operation}`);
  if (subresource) throw refusal(request, `unexpected subresource ${subresource}`);
  const { spec } = objectAs(request, PodCertificateRequest);
  if (spec.nodeName !== node) {
    throw refusal(
      request,
      `PodCertificateRequest.Spec.NodeName="${spec.nodeName}", which is not the requesting node ` +
        `"${node}"`,
    );
  }
  const podName = `${namespace}/${spec.podName}`;
  const accountName = `${namespace}/${spec.serviceAccountName}`;
  const subject = `PodCertificateRequest for pod "${podName}"`;
  const named = "named in the PodCertificateRequest";
  const missing = (what: string, kind: string, name: string) =>
    internalError(`while retrieving ${what} ${named}: ${kind} "${name}" not found`);
  const owner = await client.find(Node, { name: node });
  if (!owner) throw missing(`node "${node}"`, "node", node);
  if (owner.metadata.uid !== spec.nodeUID) {
    throw internalError(
      `${subject} names node UID "${spec.nodeUID}", inconsistent with the running node ` +
        `("${owner.metadata.uid}")`,
    );
  }
  const pod = await client.find(Pod, { namespace, name: spec.podName });
  if (!pod) throw missing(`pod "${podName}"`, "pod", spec.podName);
  if (spec.podUID !== pod.metadata.uid) {
    throw internalError(
      `${subject} contains pod UID ("${spec.podUID}") which differs from running pod ` +
        `"${pod.metadata.uid}"`,
    );
  }
  if (pod.spec.nodeName !== node) {
    throw refusal(request, `pod "${podName}" is not running on node "${node}" ${named}`);
  }
  if (pod.metadata.annotations?.[mirrorAnnotation] !== undefined) {
    throw refusal(request, `pod "${podName}" is a mirror pod`);
  }
  const { serviceAccountName: running = "" } = pod.spec;
  if (spec.serviceAccountName !== running) {
    throw refusal(
      request,
      `${subject} contains serviceAccountName ("${spec.serviceAccountName}") that differs from ` +
        `running pod ("${running}")`,
    );
  }
  const account = await client.find(ServiceAccount, { namespace, name: running });
  if (!account) throw missing(`service account "${accountName}"`, "serviceaccount", running);
  if (spec.serviceAccountUID === account.metadata.uid) return;
  throw internalError(
    `${subject} names service account UID "${spec.serviceAccountUID}", which differs from the ` +
      `running service account ("${account.metadata.uid}")`,
  );
}
