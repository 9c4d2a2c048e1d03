import { Pod } from "#api/core/v1.ts";
import { text } from "#base/bytes.ts";
import type { ApiResponse } from "#client/transport.ts";
import { badRequest, failure, internalError, invalid } from "#machinery/status.ts";
import type { FieldError } from "#machinery/validation/field-error.ts";
import { forbidden, invalid as invalidValue } from "#machinery/validation/field-error.ts";
import type { RequestContext } from "../../../pipeline/request.ts";
import type { Subresource } from "../../../registry/resource.ts";
import type { ResourceDependencies } from "../../dependencies.ts";
import { chooseContainer } from "./choose-container.ts";

/** What a kubelet says of a failure, at most. */
const errorBytesMax = 50_000;

/** `pods/x/log`: the container's output, as the kubelet has it. */
export function logSubresource(dependencies: ResourceDependencies): Subresource {
  return {
    kind: { group: "", version: "v1", kind: "Pod" },
    verbs: ["get"],
    async handle(context) {
      const { namespace, name } = context.info;
      const query = logQuery(context, name);
      const pod = await dependencies.objects.get(Pod, { namespace, name });
      const container = chooseContainer(pod, context.request.query.get("container"));
      const { nodeName } = pod.spec;
      if (!nodeName) return plainText("");
      const answer = await dependencies.kubelet.fetch(
        { kind: "kubelet", node: nodeName },
        {
          method: "GET",
          path: `/containerLogs/${namespace}/${name}/${container}`,
          query,
          headers: {},
          body: undefined,
        },
        context.signal,
      );
      return checked(answer, name);
    },
  };
}

function plainText(content: string): ApiResponse {
  const bytes = new TextEncoder().encode(content);
  return { status: 200, headers: {}, body: { kind: "bytes", contentType: "text/plain", bytes } };
}

const passedOn = ["follow", "previous", "timestamps", "sinceTime", "stream"] as const;
const numbers = { sinceSeconds: 1, tailLines: 0, limitBytes: 1 } as const;

/** The query for the kubelet; throws Invalid as upstream validates PodLogOptions. */
function logQuery({ request }: RequestContext, name: string): URLSearchParams {
  const query = new URLSearchParams();
  const errors: FieldError[] = [];
  for (const key of passedOn) {
    const value = request.query.get(key);
    if (value !== null && value !== "") query.set(key, value);
  }
  for (const [key, least] of Object.entries(numbers)) {
    const value = request.query.get(key);
    if (value === null || value === "") continue;
    if (!/^-?\d+$/.test(value)) {
      throw badRequest(`strconv.ParseInt: parsing ${JSON.stringify(value)}: invalid syntax`);
    }
    if (Number(value) < least) {
      const detail = least === 0 ? "must be greater than or equal to 0" : "must be greater than 0";
      errors.push(invalidValue(key, Number(value), detail));
    }
    query.set(key, value);
  }
  if (query.has("sinceSeconds") && query.has("sinceTime")) {
    errors.push(forbidden("", "at most one of `sinceTime` or `sinceSeconds` may be specified"));
  }
  if (errors.length) throw invalid({ group: "", kind: "PodLogOptions" }, name, errors);
  return query;
}

/** A log that the kubelet cannot give comes as plain text; clients get a status. */
async function checked(answer: ApiResponse, name: string): Promise<ApiResponse> {
  if (answer.status >= 200 && answer.status <= 206) return answer;
  const message = await bodyText(answer);
  switch (answer.status) {
    case 400:
      throw badRequest(message);
    case 500:
      throw internalError(message);
    case 404:
      throw failure(404, "NotFound", `the server could not find the requested resource`, {
        name,
        kind: "pods/log",
        causes: [{ reason: "UnexpectedServerResponse", message }],
      });
    default:
      throw failure(answer.status, "Unknown", message, { name, kind: "pods/log" });
  }
}

async function bodyText({ body }: ApiResponse): Promise<string> {
  if (body.kind === "bytes") return text(body.bytes.subarray(0, errorBytesMax));
  if (body.kind !== "stream") return "";
  let collected = "";
  const decoder = new TextDecoder();
  for await (const chunk of body.chunks) {
    collected += decoder.decode(chunk, { stream: true });
    if (collected.length >= errorBytesMax) break;
  }
  return collected.slice(0, errorBytesMax);
}
