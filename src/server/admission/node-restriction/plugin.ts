import { Node, PersistentVolumeClaim, Pod } from "#api/core/v1.ts";
import { TokenRequest } from "#api/authentication/v1.ts";
import { semanticEqual } from "#machinery/deep-equal.ts";
import { notFound } from "#machinery/status.ts";
import { nodeOf } from "../../authn/identity.ts";
import { podReferences } from "#machinery/pod-references.ts";
import type { AdmissionEnvironment, AdmissionPlugin, AdmissionRequest } from "../admission.ts";
import { metadataOf, objectAs, objectName, refusal } from "../refusal.ts";
import { mirrorAnnotation } from "../service-account/plugin.ts";
import { forbiddenLabels, modifiedLabels } from "./labels.ts";
import { restrictCertificateRequest } from "./pod-certificates.ts";

/** A kubelet writes only what belongs to its node. Others are not restricted here. */
export function nodeRestriction({ client }: AdmissionEnvironment): AdmissionPlugin {
  return {
    name: "NodeRestriction",
    async mutate(request) {
      const node = nodeOf(request.user);
      if (node === undefined || request.operation === "CONNECT") return;
      if (!node) {
        throw refusal(request, `could not determine node from user "${request.user.name}"`);
      }
      switch (request.resource) {
        case "pods":
          return restrictPod(request, node, client);
        case "nodes":
          return restrictNode(request, node);
        case "persistentvolumeclaims":
          return restrictClaim(request, node);
        case "serviceaccounts":
          return restrictToken(request, node, client);
        case "podcertificaterequests":
          return restrictCertificateRequest(request, node, client);
        case "leases":
          if (request.namespace !== "kube-node-lease") {
            throw refusal(
              request,
              'can only access leases in the "kube-node-lease" system namespace',
            );
          }
          return requireOwnName(request, node, "node lease");
        case "csinodes":
          return requireOwnName(request, node, "CSINode");
        default:
          return undefined;
      }
    },
  };
}

type Client = AdmissionEnvironment["client"];

async function restrictPod(request: AdmissionRequest, node: string, client: Client) {
  const { operation, subresource, oldObject } = request;
  switch (subresource) {
    case "":
      if (operation === "CREATE") return restrictMirrorPod(request, node, client);
      if (operation !== "DELETE") {
        throw refusal(
          request,
          `unexpected operation "${operation}", node "${node}" can only create and delete mirror pods`,
        );
      }
      if ((await findPod(request, client, request.name)).spec.nodeName !== node) {
        throw refusal(
          request,
          `node "${node}" can only delete pods with spec.nodeName set to itself`,
        );
      }
      return undefined;
    case "status": {
      if (operation !== "UPDATE") throw refusal(request, `unexpected operation "${operation}"`);
      const old = oldObject as unknown as Pod;
      const pod = objectAs(request, Pod);
      if (old.spec.nodeName !== node) {
        throw refusal(
          request,
          `node "${node}" can only update pod status for pods with spec.nodeName set to itself`,
        );
      }
      if (modifiedLabels(pod.metadata.labels, old.metadata.labels).length > 0) {
        throw refusal(request, `node "${node}" cannot update labels through pod status`);
      }
      if (!semanticEqual(pod.status.resourceClaimStatuses, old.status.resourceClaimStatuses)) {
        throw refusal(request, `node "${node}" cannot update resource claim statues`);
      }
      return undefined;
    }
    case "eviction": {
      if (operation !== "CREATE") throw refusal(request, `unexpected operation ${operation}`);
      const pod = await findPod(request, client, objectName(request));
      if (pod.spec.nodeName !== node) {
        throw refusal(request, `node ${node} can only evict pods with spec.nodeName set to itself`);
      }
      return undefined;
    }
    default:
      throw refusal(
        request,
        `unexpected pod subresource "${subresource}", only 'status' and 'eviction' are allowed`,
      );
  }
}

/** What a node runs from its own files shows up as pods; those may refer to nothing else. */
async function restrictMirrorPod(request: AdmissionRequest, node: string, client: Client) {
  const pod = objectAs(request, Pod);
  if (pod.metadata.annotations?.[mirrorAnnotation] === undefined) {
    throw refusal(
      request,
      `pod does not have "${mirrorAnnotation}" annotation, node "${node}" can only create mirror pods`,
    );
  }
  if (pod.spec.nodeName !== node) {
    throw refusal(request, `node "${node}" can only create pods with spec.nodeName set to itself`);
  }
  await restrictOwner(request, pod, node, client);
  const refuse = (what: string) =>
    refusal(request, `node "${node}" can not create pods that reference ${what}`);
  const kinds = new Set(podReferences(pod).map(({ kind }) => kind));
  if (kinds.has("serviceaccounts")) throw refuse("a service account");
  if (kinds.has("secrets")) throw refuse("secrets");
  if (kinds.has("configmaps")) throw refuse("configmaps");
  for (const { projected } of pod.spec.volumes ?? []) {
    if (projected?.sources?.some((source) => source.clusterTrustBundle)) {
      throw refuse("clustertrustbundles");
    }
  }
  if (kinds.has("persistentvolumeclaims")) throw refuse("persistentvolumeclaims");
  if (kinds.has("resourceclaims")) throw refuse("resourceclaims");
}

async function restrictOwner(request: AdmissionRequest, pod: Pod, node: string, client: Client) {
  const owners = pod.metadata.ownerReferences ?? [];
  const only = `node "${node}" can only create pods with`;
  if (owners.length > 1) {
    throw refusal(request, `${only} a single owner reference set to itself`);
  }
  const [owner] = owners;
  if (owner?.apiVersion !== "v1" || owner.kind !== "Node" || owner.name !== node) {
    throw refusal(request, `${only} an owner reference set to itself`);
  }
  if (!owner.controller) {
    throw refusal(request, `${only} a controller owner reference set to itself`);
  }
  if (owner.blockOwnerDeletion) {
    throw refusal(request, `node "${node}" must not set blockOwnerDeletion on an owner reference`);
  }
  const { uid } = (await client.get(Node, { name: node })).metadata;
  if (owner.uid !== uid) {
    throw refusal(request, `node ${node} UID mismatch: expected ${owner.uid} got ${uid}`);
  }
}

function restrictNode(request: AdmissionRequest, node: string): void {
  const name = objectName(request);
  if (name !== node) {
    throw refusal(request, `node "${node}" is not allowed to modify node "${name}"`);
  }
  if (request.operation === "DELETE") return;
  const { metadata, spec } = objectAs(request, Node);
  if (request.operation === "CREATE") {
    const labels = forbiddenLabels(modifiedLabels(metadata.labels, undefined));
    if (labels.length === 0) return;
    throw refusal(
      request,
      `node "${node}" is not allowed to set the following labels: ${labels.join(", ")}`,
    );
  }
  const old = request.oldObject as unknown as Node;
  if (!semanticEqual(spec?.taints, old.spec?.taints)) {
    throw refusal(request, `node "${node}" is not allowed to modify taints`);
  }
  const labels = forbiddenLabels(modifiedLabels(metadata.labels, old.metadata.labels));
  if (labels.length > 0) {
    throw refusal(request, `is not allowed to modify labels: ${labels.join(", ")}`);
  }
}

function restrictClaim(request: AdmissionRequest, node: string): void {
  if (request.subresource !== "status") throw refusal(request, "may only update PVC status");
  if (request.operation !== "UPDATE") {
    throw refusal(request, `unexpected operation "${request.operation}"`);
  }
  const fixed = (claim: PersistentVolumeClaim) => {
    const { metadata, status, ...rest } = claim;
    const { capacity, conditions, allocatedResources, allocatedResourceStatuses, ...others } =
      status;
    void [capacity, conditions, allocatedResources, allocatedResourceStatuses];
    const { resourceVersion, managedFields, ...otherMetadata } = metadata;
    void [resourceVersion, managedFields];
    return { ...rest, metadata: otherMetadata, status: others };
  };
  const old = request.oldObject as unknown as PersistentVolumeClaim;
  if (semanticEqual(fixed(objectAs(request, PersistentVolumeClaim)), fixed(old))) return;
  throw refusal(
    request,
    `node "${node}" is not allowed to update fields other than status.capacity and ` +
      "status.conditions",
  );
}

/** Tokens that a node asks for end with the pod that they are for. */
async function restrictToken(request: AdmissionRequest, node: string, client: Client) {
  if (request.operation !== "CREATE" || request.subresource !== "token") return;
  const reference = objectAs(request, TokenRequest).spec.boundObjectRef;
  if (reference?.apiVersion !== "v1" || reference.kind !== "Pod" || !reference.name) {
    throw refusal(request, "node requested token not bound to a pod");
  }
  if (!reference.uid) {
    throw refusal(request, "node requested token with a pod binding without a uid");
  }
  const pod = await findPod(request, client, reference.name);
  if (reference.uid !== pod.metadata.uid) {
    throw refusal(
      request,
      `the UID in the bound object reference (${reference.uid}) does not match the UID in record. ` +
        "The object might have been deleted and then recreated",
    );
  }
  if (pod.spec.nodeName !== node) {
    throw refusal(request, "node requested token bound to a pod scheduled on a different node");
  }
}

function requireOwnName(request: AdmissionRequest, node: string, what: string): void {
  const name = request.operation === "CREATE" ? metadataOf(request.object).name : request.name;
  if (name === node) return;
  throw refusal(request, `can only access ${what} with the same name as the requesting node`);
}

async function findPod({ namespace }: AdmissionRequest, client: Client, name: string) {
  const pod = await client.find(Pod, { namespace, name });
  if (!pod) throw notFound({ group: "", resource: "pods" }, name);
  return pod;
}
