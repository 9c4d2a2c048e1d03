import { nodeOf } from "../../authn/identity.ts";
import { allow, noOpinion } from "../authorizer.ts";
import type { Attributes, Authorizer, Decision } from "../authorizer.ts";
import { pinnedField } from "../selectors.ts";
import { nodeRules } from "../rbac/bootstrap/cluster-roles.ts";
import { ruleAllows } from "../rbac/rules.ts";
import type { NodeGraph, ReferencedKind } from "./graph.ts";

/** Lets kubelets do what concerns their node and the pods on it. */
export function nodeAuthorizer(graph: NodeGraph): Authorizer {
  return {
    authorize(attributes) {
      const node = nodeOf(attributes.user);
      if (node === undefined) return noOpinion();
      if (!node) return noOpinion(`unknown node for user "${attributes.user.name}"`);
      return authorizeNode(graph, node, attributes);
    },
  };
}

const ownedVerbs = ["get", "create", "update", "patch", "delete"];

function authorizeNode(graph: NodeGraph, node: string, attributes: Attributes): Decision {
  const { isResource, group, resource, subresource } = attributes;
  const related = (kind: ReferencedKind) => ifRelated(graph, node, kind, attributes);
  switch (isResource ? `${resource}.${group}` : "") {
    case "secrets.":
    case "configmaps.":
      return authorizeReading(attributes, () => related(resource as ReferencedKind));
    case "persistentvolumeclaims.":
      if (subresource === "status") {
        return ["update", "patch"].includes(attributes.verb)
          ? related("persistentvolumeclaims")
          : noOpinion("can only get/update/patch this type");
      }
      return authorizeGet(attributes, () => related("persistentvolumeclaims"));
    case "persistentvolumes.":
      return authorizeGet(attributes, () => related("persistentvolumes"));
    case "resourceclaims.resource.k8s.io":
      return authorizeGet(attributes, () => related("resourceclaims"));
    case "volumeattachments.storage.k8s.io":
      return authorizeGet(attributes, () => related("volumeattachments"));
    case "serviceaccounts.":
      return authorizeServiceAccount(attributes, () => related("serviceaccounts"));
    case "leases.coordination.k8s.io":
      return authorizeLease(node, attributes);
    case "csinodes.storage.k8s.io":
      return authorizeCsiNode(node, attributes);
    case "resourceslices.resource.k8s.io":
      return authorizeResourceSlice(node, attributes, () => related("resourceslices"));
    case "nodes.":
      return authorizeNodeObject(node, attributes);
    case "pods.":
      return authorizePod(node, attributes, () => related("pods"));
    default:
      return nodeRules.some((rule) => ruleAllows(rule, attributes)) ? allow() : noOpinion();
  }
}

function ifRelated(
  graph: NodeGraph,
  node: string,
  kind: ReferencedKind,
  attributes: Attributes,
): Decision {
  const name = nameOf(attributes);
  if (!name) return noOpinion("No Object name found");
  return graph.isRelated(node, kind, attributes.namespace, name)
    ? allow()
    : noOpinion(`no relationship found between node '${node}' and this object`);
}

function authorizeReading(attributes: Attributes, related: () => Decision): Decision {
  if (!["get", "list", "watch"].includes(attributes.verb)) {
    return noOpinion("can only read resources of this type");
  }
  if (attributes.subresource) return noOpinion("cannot read subresource");
  if (!attributes.namespace) return noOpinion("can only read namespaced object of this type");
  return related();
}

function authorizeGet(attributes: Attributes, related: () => Decision): Decision {
  if (attributes.verb !== "get") {
    return noOpinion("can only get individual resources of this type");
  }
  if (attributes.subresource) return noOpinion("cannot get subresource");
  return related();
}

/** Reads accounts of its pods (to pull images for them), and asks for their tokens. */
function authorizeServiceAccount(attributes: Attributes, related: () => Decision): Decision {
  if (attributes.verb === "get" && !attributes.subresource) return related();
  if (attributes.verb !== "create" || !attributes.name) {
    return noOpinion("can only create tokens for individual service accounts");
  }
  if (attributes.subresource !== "token") {
    return noOpinion("can only create token subresource of serviceaccount");
  }
  return related();
}

function authorizeLease(node: string, { verb, namespace, name }: Attributes): Decision {
  if (!ownedVerbs.includes(verb)) {
    return noOpinion("can only get, create, update, patch, or delete a node lease");
  }
  if (namespace !== "kube-node-lease") {
    return noOpinion('can only access leases in the "kube-node-lease" system namespace');
  }
  // The name of what is created stands in the body; NodeRestriction reads it.
  if (verb !== "create" && name !== node) {
    return noOpinion("can only access node lease with the same name as the requesting node");
  }
  return allow();
}

function authorizeCsiNode(node: string, { verb, subresource, name }: Attributes): Decision {
  if (!ownedVerbs.includes(verb)) {
    return noOpinion("can only get, create, update, patch, or delete a CSINode");
  }
  if (subresource) return noOpinion("cannot authorize CSINode subresources");
  if (verb !== "create" && name !== node) {
    return noOpinion("can only access CSINode with the same name as the requesting node");
  }
  return allow();
}

function authorizeResourceSlice(
  node: string,
  attributes: Attributes,
  related: () => Decision,
): Decision {
  if (attributes.subresource) return noOpinion("cannot authorize ResourceSlice subresources");
  switch (attributes.verb) {
    case "create":
      return allow();
    case "get":
    case "update":
    case "patch":
    case "delete":
      return related();
    case "watch":
    case "list":
    case "deletecollection":
      return selects(attributes, "nodeName", node)
        ? allow()
        : noOpinion(
            "can only list/watch/deletecollection resourceslices with nodeName field selector",
          );
    default:
      return noOpinion(
        "only the following verbs are allowed for a ResourceSlice: get, watch, list, create, " +
          "update, patch, delete, deletecollection",
      );
  }
}

function authorizeNodeObject(node: string, attributes: Attributes): Decision {
  const { subresource, verb } = attributes;
  if (subresource === "status") {
    return ["update", "patch"].includes(verb) ? allow() : noOpinion();
  }
  if (subresource) return noOpinion();
  if (["create", "update", "patch"].includes(verb)) return allow();
  if (!["get", "list", "watch"].includes(verb)) return noOpinion();
  const name = nameOf(attributes);
  if (name === node) return allow();
  return noOpinion(
    name
      ? `node '${node}' cannot read '${name}', only its own Node object`
      : `node '${node}' cannot read all nodes, only its own Node object`,
  );
}

function authorizePod(node: string, attributes: Attributes, related: () => Decision): Decision {
  const { subresource, verb } = attributes;
  if (subresource === "status" && ["update", "patch"].includes(verb)) return allow();
  if (subresource === "eviction" && verb === "create") return allow();
  if (subresource) return noOpinion();
  switch (verb) {
    case "get":
      return related();
    case "list":
    case "watch":
      if (selects(attributes, "spec.nodeName", node)) return allow();
      if (nameOf(attributes)) return related();
      return noOpinion("can only list/watch pods with spec.nodeName field selector");
    case "create":
    case "delete":
      return allow();
    default:
      return noOpinion();
  }
}

/** A list or watch of one name is about that object. */
function nameOf(attributes: Attributes): string {
  return attributes.name || (pinnedField(attributes.selectors, "metadata.name") ?? "");
}

function selects({ selectors }: Attributes, field: string, value: string): boolean {
  return pinnedField(selectors, field) === value;
}
