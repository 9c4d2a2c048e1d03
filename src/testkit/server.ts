import type { Clock } from "#base/clock.ts";
import { seededRandom } from "#base/random.ts";
import type { Random } from "#base/random.ts";
import { silentLogger } from "#base/log.ts";
import type { Logger } from "#base/log.ts";
import type { Client } from "#client/client.ts";
import { createClient } from "#client/typed.ts";
import type { Authenticator } from "#server/authn/authenticator.ts";
import { allow } from "#server/authz/authorizer.ts";
import type { Authorizer } from "#server/authz/authorizer.ts";
import { createApiServer, serverUser } from "#server/server.ts";
import type { ApiServer, ApiServerOptions } from "#server/server.ts";
import { MemoryStore } from "#storage/memory/memory-store.ts";
import type { Store } from "#storage/store.ts";

export interface TestServerOptions {
  readonly resources: ApiServerOptions["resources"];
  /** Virtual, or the machine's own where real connections are part of the test. */
  readonly clock: Clock;
  readonly random?: Random;
  readonly logger?: Logger;
  /** A memory store when missing, closed with the server. */
  readonly store?: Store;
  /** Everybody is allowed everything when missing. */
  readonly authorizer?: Authorizer;
  /** Everybody is an administrator when missing. */
  readonly authenticators?: readonly Authenticator[];
  readonly admission?: ApiServerOptions["admission"];
  readonly paths?: ApiServerOptions["paths"];
  readonly conversionCaller?: ApiServerOptions["conversionCaller"];
  readonly aggregation?: ApiServerOptions["aggregation"];
  readonly cacher?: ApiServerOptions["cacher"];
  readonly auditor?: ApiServerOptions["auditor"];
  readonly flowControl?: ApiServerOptions["flowControl"];
}

export interface TestServer extends AsyncDisposable {
  readonly api: ApiServer;
  /** Within the process, as the server itself. */
  readonly client: Client;
  readonly store: Store;
  readonly clock: Clock;
}

/** An API server on a memory store, in this process and without a socket. Closed by `using`. */
export async function openTestServer(options: TestServerOptions): Promise<TestServer> {
  const { clock } = options;
  const store = options.store ?? new MemoryStore({ clock });
  const api = createApiServer({
    store,
    clock,
    random: options.random ?? seededRandom(1),
    logger: options.logger ?? silentLogger,
    resources: options.resources,
    authenticators: options.authenticators ?? [everybodyIsAdministrator],
    authorizer: options.authorizer ?? allowAll,
    ...(options.admission && { admission: options.admission }),
    ...(options.paths && { paths: options.paths }),
    ...(options.conversionCaller && { conversionCaller: options.conversionCaller }),
    ...(options.aggregation && { aggregation: options.aggregation }),
    ...(options.cacher && { cacher: options.cacher }),
    ...(options.auditor && { auditor: options.auditor }),
    ...(options.flowControl && { flowControl: options.flowControl }),
    build: { runtime: "test", platform: "linux/amd64" },
  });
  await api.ready();
  return {
    api,
    store,
    clock,
    client: createClient(api.transport(serverUser)),
    async [Symbol.asyncDispose]() {
      await api.close();
      if (!options.store) await store[Symbol.asyncDispose]();
    },
  };
}

export const allowAll: Authorizer = { authorize: async () => allow() };

const everybodyIsAdministrator: Authenticator = {
  authenticate: async (_request, connection) =>
    connection.user ?? { name: "admin", groups: ["system:masters", "system:authenticated"] },
};
