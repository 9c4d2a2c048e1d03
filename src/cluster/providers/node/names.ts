import { createHash } from "node:crypto";

/**
 * Names of what a profile has in the kernel. Links have 15 characters at most, so theirs are
 * hashes; the rest says whose it is.
 */
export function bridgeName(profile: string): string {
  return `kjb-${hash(profile, 10)}`;
}

/** The host's end of a node's veth pair. */
export function linkName(profile: string, node: string): string {
  return `kjv-${hash(`${profile}/${node}`, 10)}`;
}

/** A profile is a DNS label, so the first dot ends it. */
export function namespaceName(profile: string, node: string): string {
  return `${namespacePrefix(profile)}${node}`;
}

export function namespacePrefix(profile: string): string {
  return `kijabi-${profile}.`;
}

export function namespacePath(name: string): string {
  return `/run/netns/${name}`;
}

/** Every nftables table of ours on the host is this one. */
export function tableName(profile: string): string {
  return `kijabi_${profile}`;
}

/** The parent of all cgroups of a node's pods, for the kubelet's `cgroup_parent`. */
export function nodeCgroup(profile: string, node: string): string {
  return `/kijabi/${profile}/${node}`;
}

/** Of the CNI network, unique on the machine: plugins keep files by it. */
export function cniNetworkName(profile: string, node: string): string {
  return `kijabi-${profile}-${node}`;
}

/**
 * Locally administered, and fixed: a bridge would else change its address with its ports, and a
 * link that is made again would be missed by neighbours that remember the old one.
 */
export function hardwareAddress(link: string): string {
  return ["02", ...(hash(`mac/${link}`, 10).match(/../g) ?? [])].join(":");
}

/** Throws unless `value` can be part of the names above. */
export function checkName(what: string, value: string): void {
  const pattern = what === "profile" ? /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/ : nodePattern;
  if (!pattern.test(value)) {
    throw new Error(
      `${what} "${value}" must consist of lower case letters, digits and "-", and start and end` +
        " with a letter or digit",
    );
  }
}

const nodePattern = /^[a-z0-9]([-.a-z0-9]{0,61}[a-z0-9])?$/;

function hash(value: string, digits: number): string {
  return createHash("sha256").update(value).digest("hex").slice(0, digits);
}
