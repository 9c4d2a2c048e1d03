import { NetworkPolicy } from "#api/networking/v1.ts";
import type { NetworkPolicyPeer, NetworkPolicyPort } from "#api/networking/v1.ts";
import { describerFor } from "../context.ts";
import { plainTime } from "../go-values.ts";
import { writeLabelsAndAnnotations, writeName } from "../metadata.ts";
import { selectorText } from "../pod-template.ts";
import type { DescribeWriter } from "../writer.ts";

export const networkPolicy = describerFor(NetworkPolicy, ({ metadata, spec }, { writer }) => {
  writeName(writer, metadata);
  writer.field(0, "Created on", plainTime(metadata.creationTimestamp));
  writeLabelsAndAnnotations(writer, metadata);
  writer.row(0, "Spec:");
  const { podSelector, policyTypes = [] } = spec;
  const isEmpty = selectorText(podSelector ?? {}) === "<none>";
  const everyPod = "<none> (Allowing the specific traffic to all pods in this namespace)";
  // The value is indented by two levels, in the middle of its line.
  writer.row(1, `PodSelector:     ${isEmpty ? everyPod : selectorText(podSelector)}`);
  if (policyTypes.includes("Ingress")) {
    writer.row(1, "Allowing ingress traffic:");
    const rules = (spec.ingress ?? []).map(({ ports, from }) => ({ ports, peers: from }));
    writeRules(writer, rules, ingressWords);
  } else {
    writer.row(1, "Not affecting ingress traffic");
  }
  if (policyTypes.includes("Egress")) {
    writer.row(1, "Allowing egress traffic:");
    const rules = (spec.egress ?? []).map(({ ports, to }) => ({ ports, peers: to }));
    writeRules(writer, rules, egressWords);
  } else {
    writer.row(1, "Not affecting egress traffic");
  }
  writer.row(1, `Policy Types: ${policyTypes.join(", ") || "<none>"}`);
});

interface Rule {
  readonly ports: readonly NetworkPolicyPort[] | undefined;
  readonly peers: readonly NetworkPolicyPeer[] | undefined;
}

interface Words {
  readonly isolated: string;
  readonly direction: string;
  readonly unrestricted: string;
}

const ingressWords: Words = {
  isolated: "<none> (Selected pods are isolated for ingress connectivity)",
  direction: "From:",
  unrestricted: "<any> (traffic not restricted by source)",
};
const egressWords: Words = {
  isolated: "<none> (Selected pods are isolated for egress connectivity)",
  direction: "To:",
  unrestricted: "<any> (traffic not restricted by destination)",
};

function writeRules(writer: DescribeWriter, rules: readonly Rule[], words: Words): void {
  if (rules.length === 0) writer.row(2, words.isolated);
  for (const [index, { ports = [], peers = [] }] of rules.entries()) {
    if (index > 0) writer.row(2, "----------");
    if (ports.length === 0) writer.row(2, "To Port: <any> (traffic allowed to all ports)");
    for (const port of ports) writer.row(2, portText(port));
    if (peers.length === 0) writer.row(2, `${words.direction} ${words.unrestricted}`);
    for (const peer of peers) {
      writer.row(2, words.direction);
      writePeer(writer, peer);
    }
  }
}

function portText({ port = "<nil>", endPort, protocol = "TCP" }: NetworkPolicyPort): string {
  if (endPort === undefined) return `To Port: ${port}/${protocol}`;
  return `To Port Range: ${port}-${endPort}/${protocol}`;
}

function writePeer(writer: DescribeWriter, peer: NetworkPolicyPeer): void {
  const { namespaceSelector, podSelector, ipBlock } = peer;
  if (namespaceSelector) writer.row(3, `NamespaceSelector: ${selectorText(namespaceSelector)}`);
  if (podSelector) writer.row(3, `PodSelector: ${selectorText(podSelector)}`);
  if (namespaceSelector || podSelector || !ipBlock) return;
  writer.row(3, "IPBlock:");
  writer.row(4, `CIDR: ${ipBlock.cidr}`);
  writer.row(4, `Except: ${(ipBlock.except ?? []).join(", ")}`);
}
