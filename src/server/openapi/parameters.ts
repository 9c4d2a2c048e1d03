/** A parameter that stands in the query of a request. */
export interface Parameter {
  readonly name: string;
  readonly type: "string" | "boolean" | "integer";
}

const strings = (...names: string[]) => names.map((name) => ({ name, type: "string" }) as const);
const booleans = (...names: string[]) => names.map((name) => ({ name, type: "boolean" }) as const);
const integers = (...names: string[]) => names.map((name) => ({ name, type: "integer" }) as const);

export const listParameters: readonly Parameter[] = [
  ...strings("continue", "fieldSelector", "labelSelector"),
  ...integers("limit"),
  ...strings("resourceVersion", "resourceVersionMatch"),
  ...booleans("sendInitialEvents"),
  ...strings("shardSelector"),
  ...integers("timeoutSeconds"),
];

export const watchParameters: readonly Parameter[] = [
  ...listParameters,
  ...booleans("allowWatchBookmarks", "watch"),
];

export const writeParameters: readonly Parameter[] = strings(
  "dryRun",
  "fieldManager",
  "fieldValidation",
);

export const patchParameters: readonly Parameter[] = [...writeParameters, ...booleans("force")];

export const deleteParameters: readonly Parameter[] = [
  ...strings("dryRun"),
  ...integers("gracePeriodSeconds"),
  ...booleans("ignoreStoreReadErrorWithClusterBreakingPotential", "orphanDependents"),
  ...strings("propagationPolicy"),
];

const streams = booleans("stderr", "stdin", "stdout", "tty");

/** What the options of connections are called; they travel in no body. */
export const optionParameters: Readonly<Record<string, readonly Parameter[]>> = {
  NodeProxyOptions: strings("path"),
  PodAttachOptions: [...strings("container"), ...streams],
  PodExecOptions: [...strings("command", "container"), ...streams],
  PodPortForwardOptions: integers("ports"),
  PodProxyOptions: strings("path"),
  ServiceProxyOptions: strings("path"),
};

export const logParameters: readonly Parameter[] = [
  ...strings("container"),
  ...booleans("follow", "insecureSkipTLSVerifyBackend"),
  ...integers("limitBytes"),
  ...booleans("previous"),
  ...integers("sinceSeconds"),
  ...strings("stream"),
  ...integers("tailLines"),
  ...booleans("timestamps"),
];

export const pretty: readonly Parameter[] = strings("pretty");
