import { isRow } from "#machinery/json.ts";
import { StatusError } from "#machinery/status.ts";
import { defineCommand } from "../../command.ts";
import type { Command, Example } from "../../command.ts";
import { CommandError, messageOf } from "../../errors.ts";
import type { Kubectl } from "../../kubectl.ts";
import type { KubeObject } from "../../objects.ts";
import { printFlags, printerOf } from "../../printers/print-flags.ts";
import { fileFlags, fileQuery } from "../../resources/flags.ts";
import { namesFiles } from "../../resources/selection.ts";
import { localTime } from "../rollout/restart/command.ts";

type Decision = "Approved" | "Denied";

interface DecisionCommand {
  readonly decision: Decision;
  readonly usage: string;
  readonly description: string;
  readonly examples: readonly Example[];
}

const triesMax = 10;

/** `certificate approve` and `certificate deny`. */
export function decisionCommand({ decision, ...help }: DecisionCommand): Command {
  const word = decision.toLowerCase();
  return defineCommand({
    ...help,
    connectsFirst: true,
    flags: {
      ...printFlags,
      ...fileFlags("File, directory or URL that names the requests"),
      force: { type: "bool", usage: `Update the request even if it is already ${word}.` },
    },
    async run(kubectl, { values, args }) {
      const files = fileQuery(values);
      const printer = await printerOf(kubectl, values, word);
      if (args.length === 0 && !namesFiles({ files })) {
        throw new CommandError("one or more CSRs must be specified as <name> or -f <filename>");
      }
      const named = args.map((name) => `certificatesigningrequests/${name}`);
      const query = { args: named, files, lists: "items", latest: true } as const;
      const count = await kubectl.visit(query, async ({ resource, name, object }) => {
        if (resource.kind !== "CertificateSigningRequest") {
          throw new CommandError(
            `can only handle CertificateSigningRequest.certificates.k8s.io objects, got ${resource.group ? `${resource.kind}.${resource.group}` : resource.kind}`,
          );
        }
        await decide(kubectl, name, decision, values.force);
        if (object) kubectl.print(printer.print(object));
      });
      if (count === 0) kubectl.printLine("No resources found");
    },
  });
}

/** Again where somebody else changed the request meanwhile. */
async function decide(
  kubectl: Kubectl,
  name: string,
  decision: Decision,
  force: boolean,
): Promise<void> {
  const rest = await kubectl.rest();
  const path = `/apis/certificates.k8s.io/v1/certificatesigningrequests/${name}`;
  for (let tries = 0; ; tries++) {
    const request = await read();
    const decided = withDecision(request, decision, kubectl.now());
    if (!decided && !force) return;
    try {
      await rest.json({ method: "PUT", path: `${path}/approval`, body: decided ?? request });
      return;
    } catch (error) {
      const isConflict = error instanceof StatusError && error.reason === "Conflict";
      if (!isConflict || tries >= triesMax) throw error;
    }
  }

  async function read(): Promise<KubeObject> {
    try {
      return await rest.json({ path });
    } catch (error) {
      if (!(error instanceof StatusError) || error.reason !== "NotFound") throw error;
      throw new CommandError(`could not find v1 version of ${name}: ${messageOf(error)}`);
    }
  }
}

/** Undefined where it was decided so before; throws where it was decided otherwise. */
export function withDecision(
  request: KubeObject,
  decision: Decision,
  now: number,
): KubeObject | undefined {
  const status = isRow(request.status) ? request.status : {};
  const conditions: unknown[] = Array.isArray(status.conditions) ? status.conditions : [];
  const types = conditions.map((condition) => (isRow(condition) ? condition.type : undefined));
  const opposite = decision === "Approved" ? "Denied" : "Approved";
  if (types.includes(opposite)) {
    throw new CommandError(
      `certificate signing request "${request.metadata.name ?? ""}" is already ${opposite}`,
    );
  }
  if (types.includes(decision)) return undefined;
  const verb = decision === "Approved" ? "approve" : "deny";
  const condition = {
    type: decision,
    status: "True",
    reason: decision === "Approved" ? "KubectlApprove" : "KubectlDeny",
    message: `This CSR was ${decision.toLowerCase()} by kubectl certificate ${verb}.`,
    lastUpdateTime: localTime(now),
  };
  return { ...request, status: { ...status, conditions: [...conditions, condition] } };
}
