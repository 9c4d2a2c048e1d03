import type { FlagValues } from "#base/flags.ts";
import { CommandError } from "../../errors.ts";

const apiGroup = "rbac.authorization.k8s.io";

/** Flags of commands that bind roles. */
export const subjectFlags = {
  group: { type: "array", usage: "A group that the role is for; may be repeated." },
  serviceaccount: {
    type: "array",
    usage: "A service account that the role is for, as <namespace>:<name>; may be repeated.",
  },
  user: { type: "array", usage: "A user that the role is for; may be repeated." },
} as const;

/** Whom the flags name. */
export function subjectsOf(values: FlagValues<typeof subjectFlags>) {
  const subjects = [
    ...values.user.map((name) => ({ kind: "User", apiGroup, name })),
    ...values.group.map((name) => ({ kind: "Group", apiGroup, name })),
    ...values.serviceaccount.map((text) => {
      const [namespace = "", name = "", ...more] = text.split(":");
      if (namespace === "" || name === "" || more.length > 0) {
        throw new CommandError("serviceaccount must be <namespace>:<name>");
      }
      return { kind: "ServiceAccount", name, namespace };
    }),
  ];
  return subjects.length > 0 ? { subjects } : {};
}

export function roleRef(kind: "Role" | "ClusterRole", name: string) {
  return { apiGroup, kind, name };
}
