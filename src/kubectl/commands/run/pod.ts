import type { Row } from "#machinery/json.ts";
import { CommandError } from "../../errors.ts";
import type { KubeObject } from "../../objects.ts";
import { integerOf, labelsOf, pairsOf } from "../../writes/flag-values.ts";

export interface PodValues {
  readonly annotations: readonly string[];
  readonly command: boolean;
  readonly env: readonly string[];
  readonly image: string;
  readonly "image-pull-policy": string;
  readonly labels: string;
  readonly "leave-stdin-open": boolean;
  readonly port: string;
  readonly privileged: boolean;
  readonly restart: string;
  readonly stdin: boolean;
  readonly tty: boolean;
}

/** One pod with one container, called alike. */
export function podOf(name: string, words: readonly string[], values: PodValues): KubeObject {
  const { image, port, stdin, tty } = values;
  const env = values.env.map(variableOf);
  const annotations = pairsOf(values.annotations, "annotations");
  const container: Row = {
    name,
    image,
    ...(words.length > 0 && { [values.command ? "command" : "args"]: words }),
    ...(port && { ports: [{ containerPort: integerOf(port) }] }),
    ...(env.length > 0 && { env }),
    resources: {},
    ...(values["image-pull-policy"] && { imagePullPolicy: values["image-pull-policy"] }),
    ...(values.privileged && { securityContext: { privileged: true } }),
    ...(stdin && { stdin: true }),
    ...(stdin && !values["leave-stdin-open"] && { stdinOnce: true }),
    ...(tty && { tty: true }),
  };
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: {
      name,
      labels: podLabels(name, values),
      ...(Object.keys(annotations).length > 0 && { annotations }),
    },
    spec: {
      containers: [container],
      restartPolicy: restartPolicyOf(values),
      dnsPolicy: "ClusterFirst",
    },
    status: {},
  };
}

export function podLabels(name: string, values: { readonly labels: string }) {
  return values.labels ? labelsOf(values.labels) : { run: name };
}

/** A pod that somebody talks to is not to begin again by itself. */
export function restartPolicyOf(values: Pick<PodValues, "restart" | "stdin">): string {
  return values.restart || (values.stdin ? "OnFailure" : "Always");
}

function variableOf(text: string): { name: string; value?: string } {
  const equals = text.indexOf("=");
  const name = text.slice(0, Math.max(equals, 0));
  if (equals < 0 || !isVariable(name)) throw new CommandError(`invalid env: ${text}`);
  const value = text.slice(equals + 1);
  return { name, ...(value && { value }) };
}

function isVariable(name: string): boolean {
  return /^[-._a-zA-Z][-._a-zA-Z0-9]*$/.test(name) && name !== "." && !name.startsWith("..");
}

/** The service of `--expose`. */
export function serviceOf(name: string, values: PodValues): KubeObject {
  const port = integerOf(values.port);
  return {
    apiVersion: "v1",
    kind: "Service",
    metadata: { name, ...(values.labels && { labels: labelsOf(values.labels) }) },
    spec: {
      ports: [{ protocol: "TCP", port, targetPort: port }],
      selector: podLabels(name, values),
    },
    status: { loadBalancer: {} },
  };
}
