import { parseDuration } from "#base/duration.ts";
import { parseFlags } from "#base/flags.ts";
import type { FlagSpecs, FlagValues } from "#base/flags.ts";
import { CommandError } from "./errors.ts";

/** Flags that every command takes, before or behind its name. */
export const globalFlags = {
  as: {
    type: "string",
    default: "",
    usage: "Act as this user, or as this service account of a namespace.",
  },
  "as-group": {
    type: "array",
    usage: "Act as a member of this group; may be repeated.",
  },
  "as-uid": { type: "string", default: "", usage: "Act with this UID." },
  "cache-dir": {
    type: "string",
    default: "$HOME/.kube/cache",
    usage: "Where answers of servers are kept between commands",
  },
  "certificate-authority": {
    type: "string",
    default: "",
    usage: "File with the certificates of the authority that the server's is checked against",
  },
  "client-certificate": {
    type: "string",
    default: "",
    usage: "File with the client certificate for TLS",
  },
  "client-key": { type: "string", default: "", usage: "File with the client certificate's key" },
  cluster: { type: "string", default: "", usage: "The kubeconfig's cluster to use" },
  context: { type: "string", default: "", usage: "The kubeconfig's context to use" },
  "disable-compression": {
    type: "bool",
    usage: "If true, ask the server not to compress its answers",
  },
  "insecure-skip-tls-verify": {
    type: "bool",
    usage:
      "If true, the server's certificate is not checked. Whoever is in between can read everything",
  },
  kubeconfig: { type: "string", default: "", usage: "The kubeconfig file to use" },
  "log-flush-frequency": {
    type: "string",
    default: "5s",
    unquoted: true,
    check: (text) => (parseDuration(text) === undefined ? "parse error" : undefined),
    usage: "Most time between two writes of the log",
  },
  "match-server-version": {
    type: "bool",
    usage: "Refuse to work with a server of another version",
  },
  namespace: {
    type: "string",
    short: "n",
    default: "",
    usage: "The namespace to act in",
  },
  password: {
    type: "string",
    default: "",
    usage: "Password for basic authentication to the API server",
  },
  profile: {
    type: "string",
    default: "none",
    usage: "What to profile. One of (none|cpu|heap|goroutine|threadcreate|block|mutex)",
  },
  "profile-output": {
    type: "string",
    default: "profile.pprof",
    usage: "File for the profile",
  },
  "request-timeout": {
    type: "string",
    default: "0",
    usage:
      "How long to wait for an answer of the server, with a unit (e.g. 1s, 2m, 3h). 0 is forever.",
  },
  server: {
    type: "string",
    short: "s",
    default: "",
    usage: "Address and port of the API server",
  },
  "tls-server-name": {
    type: "string",
    default: "",
    usage: "The name to expect in the server's certificate, where it is not its host's",
  },
  token: { type: "string", default: "", usage: "Bearer token to authenticate with" },
  user: { type: "string", default: "", usage: "The kubeconfig's user to use" },
  username: {
    type: "string",
    default: "",
    usage: "Name for basic authentication to the API server",
  },
  v: { type: "int", short: "v", default: 0, usage: "How much to log: 6 and above shows requests" },
  vmodule: {
    type: "string",
    default: "",
    unquoted: true,
    check: (text) =>
      text.split(",").every((part) => part === "" || /^[^=]+=\d+$/.test(part))
        ? undefined
        : "syntax error: expect comma-separated list of filename=N",
    usage: "Levels of the log by file: pattern=N, separated by commas",
  },
  "warnings-as-errors": {
    type: "bool",
    usage: "Fail after a warning of the server: exit with 1",
  },
} as const satisfies FlagSpecs;

export type GlobalValues = FlagValues<typeof globalFlags>;

/** What can be asked for and not be given is said before anything is done. */
export function checkGlobals({ profile }: Pick<GlobalValues, "profile">): void {
  if (profile === "none") return;
  if (!["cpu", "heap", "goroutine", "threadcreate", "block", "mutex"].includes(profile)) {
    throw new CommandError(`unknown profile '${profile}'`);
  }
  throw new CommandError(`profile '${profile}' cannot be taken: this program is not written in Go`);
}

/** A command's own flag hides the one of that name that all commands have: `--user` of bindings. */
export function hiddenGlobals(flags: FlagSpecs): Partial<GlobalValues> {
  const defaults = parseFlags(globalFlags, []).values;
  const hidden = Object.entries(defaults).filter(([name]) => Object.hasOwn(flags, name));
  return Object.fromEntries(hidden);
}
