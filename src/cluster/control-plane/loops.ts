import type { Scope } from "#base/scope.ts";
import { EventWriter } from "#client/events/event-writer.ts";
import { InformerFactory } from "#client/informer/factory.ts";
import { createClient } from "#client/typed.ts";
import { runControllers } from "#component/run.ts";
import { allControllers } from "#controllers/all.ts";
import { serviceAccountOf } from "#controllers/service-accounts.ts";
import { runScheduler } from "#scheduler/run.ts";
import { expressionEngine } from "#server/admission/policies/engine.ts";
import { expressionWarnings } from "#server/admission/policies/type-checking.ts";
import { serviceAccountGroups, serviceAccountUserName } from "#server/authn/identity.ts";
import type { UserInfo } from "#server/pipeline/request.ts";
import type { ApiServer } from "#server/server.ts";
import type { ComponentBoard } from "../component-board.ts";
import { whileLeading } from "../leadership.ts";
import { nodeFolders } from "./node-folders.ts";
import type { ControlPlaneOptions } from "./options.ts";
import type { SchedulingReports } from "./scheduling-reports.ts";

/**
 * Of all servers over one store, one schedules and one controls; each has its Lease. Every loop
 * acts under its own name and with its own rights, as it would from outside: what one of them may
 * not do fails here, too. The controllers' informers read for all of them, as their manager.
 */
export function runLoops(
  options: ControlPlaneOptions,
  server: ApiServer,
  { components, reports }: { components: ComponentBoard; reports: SchedulingReports },
  scope: Scope,
): void {
  const { clock, random, logger, identity = `kijabi_${random.uuid()}` } = options;
  const environment = { clock, random, logger };
  const election = { ...environment, identity, exclusive: !options.store.shared };
  const clientOf = (name: string) => createClient(server.transport({ name, groups: [] }));

  const scheduler = clientOf("system:kube-scheduler");
  const schedulerEvents = new EventWriter({ ...environment, client: scheduler });
  const schedule = async (signal: AbortSignal) => {
    const informers = new InformerFactory({ ...environment, client: scheduler });
    informers.start(signal);
    try {
      await runScheduler(
        {
          ...environment,
          client: scheduler,
          informers,
          logger: logger.with({ component: "scheduler" }),
          events: (component) => schedulerEvents.recorder({ component }),
          ...options.scheduler,
          explainer: (explain) => reports.follow(explain),
        },
        signal,
      );
    } finally {
      await informers.close();
    }
  };

  const manager = server.transport({ name: "system:kube-controller-manager", groups: [] });
  const client = createClient(manager);
  const events = new EventWriter({ ...environment, client });
  const control = (signal: AbortSignal) =>
    runControllers(
      {
        ...environment,
        client,
        clientFor: (controller) => {
          const user = controllerUser(controller);
          return user ? createClient(server.transport(user, "kube-controller-manager")) : client;
        },
        informers: new InformerFactory({ ...environment, client }),
        logger: logger.with({ component: "controllers" }),
        controllers: allControllers({
          ...options.controllers,
          serves: (kind) => server.definitions.some(({ type }) => type === kind),
          transport: manager,
          rootCertificateAuthority: options.authorityPem,
          ...(options.authority && { certificateAuthority: options.authority }),
          serviceAccountKey: options.serviceAccountKey,
          folders: nodeFolders(options.kubelet),
          expressionCheck: (policy) => {
            const kinds = server.definitions.map(({ type }) => type);
            return expressionWarnings(expressionEngine, policy, kinds);
          },
        }),
        events,
      },
      signal,
    );

  scope.run("events", (signal) => events.run(signal));
  scope.run("scheduler's events", (signal) => schedulerEvents.run(signal));
  const scheduling = { ...election, client: scheduler, name: "kube-scheduler" };
  const controlling = { ...election, client, name: "kube-controller-manager" };
  scope.run("scheduler", (signal) =>
    components.while("scheduler", whileLeading(scheduling, schedule, signal)),
  );
  scope.run("controllers", (signal) =>
    components.while("controller-manager", whileLeading(controlling, control, signal)),
  );
}

function controllerUser(controller: string): UserInfo | undefined {
  const namespace = "kube-system";
  const account = serviceAccountOf(controller);
  if (account === undefined) return undefined;
  const name = serviceAccountUserName(namespace, account);
  return { name, groups: serviceAccountGroups(namespace) };
}
