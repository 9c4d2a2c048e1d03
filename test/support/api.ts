import { readFileSync } from "node:fs";
import { Agent, request } from "node:https";
import type { IncomingMessage } from "node:http";
import { parse } from "yaml";
import { required } from "#base/invariant.ts";

/** The API as a client of no library sees it: a status, headers and bytes. */
export interface Answer {
  readonly status: number;
  readonly headers: IncomingMessage["headers"];
  readonly text: string;
  /** The body as JSON; throws where it is none. */
  json(): unknown;
}

/** As far as tests look into objects. */
export interface ApiObject {
  readonly kind?: string;
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    readonly uid: string;
    readonly resourceVersion: string;
    readonly labels?: Readonly<Record<string, string>>;
    readonly deletionTimestamp?: string;
  };
  readonly data?: Readonly<Record<string, string>>;
}

export interface ApiList<T = ApiObject> {
  readonly metadata: { readonly resourceVersion: string };
  readonly items: readonly T[];
}

/** The API's own word for what went wrong. */
export interface ApiStatus {
  readonly kind: "Status";
  readonly status: "Failure" | "Success";
  readonly message: string;
  readonly reason?: string;
  readonly code: number;
  readonly details?: {
    readonly name?: string;
    readonly kind?: string;
    readonly causes?: readonly { reason?: string; message?: string; field?: string }[];
  };
}

export interface ApiRequest {
  readonly method?: string;
  readonly path: string;
  /** An object goes as JSON; text and bytes go as they are. */
  readonly body?: object | string;
  readonly contentType?: string;
  readonly accept?: string;
  /** In place of the administrator's certificate; "" sends neither. */
  readonly token?: string;
}

export interface WatchEvent<T = ApiObject> {
  readonly type: "ADDED" | "MODIFIED" | "DELETED" | "BOOKMARK" | "ERROR";
  readonly object: T;
}

interface Kubeconfig {
  readonly clusters: readonly {
    cluster: { server: string; "certificate-authority-data": string };
  }[];
  readonly users: readonly {
    user: { "client-certificate-data": string; "client-key-data": string };
  }[];
}

/** Speaks HTTPS to the server of a kubeconfig file, by nothing of the product. */
export class Api {
  readonly #server: string;
  readonly #certificateAuthority: Buffer;
  readonly #admin: Agent;
  readonly #anonymous: Agent;

  constructor(kubeconfigFile: string) {
    const config = parse(readFileSync(kubeconfigFile, "utf8")) as Kubeconfig;
    const { cluster } = required(config.clusters[0], "the kubeconfig has a cluster");
    const { user } = required(config.users[0], "the kubeconfig has a user");
    const bytes = (base64: string) => Buffer.from(base64, "base64");
    this.#server = cluster.server;
    this.#certificateAuthority = bytes(cluster["certificate-authority-data"]);
    const trust = { ca: this.#certificateAuthority, keepAlive: true };
    this.#admin = new Agent({
      ...trust,
      cert: bytes(user["client-certificate-data"]),
      key: bytes(user["client-key-data"]),
    });
    this.#anonymous = new Agent(trust);
  }

  get certificateAuthority(): Buffer {
    return this.#certificateAuthority;
  }

  async send(options: ApiRequest): Promise<Answer> {
    const response = await this.#open(options);
    let text = "";
    for await (const chunk of response.setEncoding("utf8")) text += String(chunk);
    return {
      status: response.statusCode ?? 0,
      headers: response.headers,
      text,
      json: () => JSON.parse(text) as unknown,
    };
  }

  /** Throws, with the answer, when it is not the status expected. */
  async expect<T = ApiObject>(status: number, options: ApiRequest): Promise<T> {
    const answer = await this.send(options);
    if (answer.status !== status) {
      const { method = "GET", path } = options;
      throw new Error(`${method} ${path}: ${answer.status}, not ${status}: ${answer.text}`);
    }
    return answer.json() as T;
  }

  get<T = ApiObject>(path: string): Promise<T> {
    return this.expect(200, { path });
  }

  create<T = ApiObject>(path: string, body: object): Promise<T> {
    return this.expect(201, { method: "POST", path, body });
  }

  /** Ends when the server ends the stream; throws when the connection breaks. */
  async *watch<T = ApiObject>(path: string, signal: AbortSignal): AsyncGenerator<WatchEvent<T>> {
    const response = await this.#open({ path }, signal);
    const chunks = response.setEncoding("utf8");
    let rest = "";
    for await (const chunk of chunks) {
      const lines = (rest + String(chunk)).split("\n");
      rest = lines.pop() ?? "";
      for (const line of lines.filter(Boolean)) yield JSON.parse(line) as WatchEvent<T>;
    }
    if (response.statusCode !== 200) throw new Error(`${path}: ${response.statusCode}: ${rest}`);
  }

  close(): void {
    this.#admin.destroy();
    this.#anonymous.destroy();
  }

  #open(options: ApiRequest, signal?: AbortSignal): Promise<IncomingMessage> {
    const { method = "GET", path, body, token } = options;
    const payload = typeof body === "object" ? JSON.stringify(body) : body;
    const contentType =
      options.contentType ?? (payload === undefined ? undefined : "application/json");
    const headers = {
      accept: options.accept ?? "application/json",
      ...(contentType && { "content-type": contentType }),
      ...(payload !== undefined && { "content-length": String(Buffer.byteLength(payload)) }),
      ...(token && { authorization: `Bearer ${token}` }),
    };
    const agent = token === undefined ? this.#admin : this.#anonymous;
    return new Promise((resolve, reject) => {
      const call = request(`${this.#server}${path}`, { method, headers, agent, signal }, resolve);
      call.on("error", reject);
      call.end(payload);
    });
  }
}
