import type { IncomingMessage, ServerResponse } from "node:http";
import { openAggregatedServer } from "./aggregated-server.ts";
import type { AggregatedServer, AggregatedServerOptions } from "./aggregated-server.ts";

export const flunderGroup = "wardle.example.com";
export const flunderVersion = `${flunderGroup}/v1alpha1`;

const root = `/apis/${flunderVersion}`;

interface Flunder {
  readonly kind: "Flunder";
  readonly apiVersion: string;
  readonly metadata: { readonly name: string; readonly namespace: string; readonly uid: string };
}

/** The API of upstream's sample: one kind, kept in memory, that can be made, listed and deleted. */
export function openFlunderServer(options: AggregatedServerOptions): Promise<AggregatedServer> {
  const flunders = new Map<string, Flunder>();
  let version = 0;
  return openAggregatedServer(options, (request, response) => {
    const { pathname } = new URL(request.url ?? "/", "https://flunders");
    const document = documents[pathname];
    if (document) return send(response, 200, document);
    const [, namespace = "", name] =
      /^\/namespaces\/([^/]+)\/flunders(?:\/([^/]+))?$/.exec(pathname.slice(root.length)) ?? [];
    const found = [...flunders.values()].filter((one) => one.metadata.namespace === namespace);
    switch (`${request.method} ${name ? "one" : "all"}`) {
      case "GET all": {
        const metadata = { resourceVersion: String(version) };
        const list = { kind: "FlunderList", apiVersion: flunderVersion, metadata, items: found };
        return send(response, 200, list);
      }
      case "POST all":
        return void read(request).then((given) => {
          const metadata = { ...given.metadata, namespace, uid: `uid-${++version}` };
          const flunder: Flunder = { ...given, metadata };
          flunders.set(`${namespace}/${metadata.name}`, flunder);
          send(response, 201, flunder);
        });
      case "DELETE one": {
        version++;
        const isThere = flunders.delete(`${namespace}/${name}`);
        const status = isThere ? "Success" : "Failure";
        return send(response, isThere ? 200 : 404, { kind: "Status", apiVersion: "v1", status });
      }
      default:
        return send(response, 404, { kind: "Status", apiVersion: "v1", status: "Failure" });
    }
  });
}

const groupVersion = { groupVersion: flunderVersion, version: "v1alpha1" };
const group = { name: flunderGroup, versions: [groupVersion], preferredVersion: groupVersion };
const documents: Readonly<Record<string, object>> = {
  "/apis": { kind: "APIGroupList", apiVersion: "v1", groups: [group] },
  [`/apis/${flunderGroup}`]: { kind: "APIGroup", apiVersion: "v1", ...group },
  [root]: {
    kind: "APIResourceList",
    apiVersion: "v1",
    groupVersion: flunderVersion,
    resources: [
      {
        name: "flunders",
        singularName: "flunder",
        namespaced: true,
        kind: "Flunder",
        verbs: ["create", "delete", "get", "list"],
      },
    ],
  },
};

async function read(request: IncomingMessage): Promise<Flunder> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return JSON.parse(Buffer.concat(chunks).toString()) as Flunder;
}

function send(response: ServerResponse, status: number, document: object): void {
  response.writeHead(status, { "content-type": "application/json" });
  response.end(JSON.stringify(document));
}
