import { isDnsSubdomain } from "#machinery/validation/names.ts";
import type { UserInfo } from "../../pipeline/request.ts";
import { extraKeys, parseServiceAccountUserName } from "../identity.ts";

/**
 * The ways to be somebody else. All but the last need a right for what the request does, too
 * (`impersonate-on:MODE:VERB`), so that they can be given away in small pieces; they are tried
 * first.
 */
export const modes = [
  "associated-node",
  "arbitrary-node",
  "serviceaccount",
  "user-info",
  "legacy",
] as const;

export type Mode = (typeof modes)[number];

/** Whether somebody can be impersonated in that way at all. */
export function applies(mode: Mode, wanted: UserInfo, sender: UserInfo): boolean {
  switch (mode) {
    case "associated-node":
      return isNameOnly(wanted) && isOnNode(sender, wanted.name);
    case "arbitrary-node":
      return isNameOnly(wanted) && nodeNameOf(wanted.name) !== undefined;
    case "serviceaccount":
      return isNameOnly(wanted) && parseServiceAccountUserName(wanted.name) !== undefined;
    case "user-info":
      return (
        nodeNameOf(wanted.name) === undefined &&
        parseServiceAccountUserName(wanted.name) === undefined
      );
    case "legacy":
      return true;
    default:
      return mode satisfies never;
  }
}

function isNameOnly({ uid, groups, extra }: UserInfo): boolean {
  return !uid && groups.length === 0 && Object.keys(extra ?? {}).length === 0;
}

/** A service account whose token says that its pod is on that very node. */
function isOnNode(sender: UserInfo, wantedName: string): boolean {
  if (parseServiceAccountUserName(sender.name) === undefined) return false;
  const nodes = sender.extra?.[extraKeys.nodeName] ?? [];
  return nodes.length === 1 && nodes[0] === nodeNameOf(wantedName);
}

const nodePrefix = "system:node:";

export function nodeNameOf(userName: string): string | undefined {
  if (!userName.startsWith(nodePrefix)) return undefined;
  const name = userName.slice(nodePrefix.length);
  return isDnsSubdomain(name).length === 0 ? name : undefined;
}
