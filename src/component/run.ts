import type { Clock } from "#base/clock.ts";
import { sleep } from "#base/clock.ts";
import type { Logger } from "#base/log.ts";
import type { Random } from "#base/random.ts";
import { Scope } from "#base/scope.ts";
import type { Client } from "#client/client.ts";
import { EventWriter } from "#client/events/event-writer.ts";
import type { InformerFactory } from "#client/informer/factory.ts";
import type { Controller, ControllerEnvironment } from "./controller.ts";
import type { Health } from "./health.ts";
import { MetricsRegistry } from "#base/metrics.ts";

export interface RunControllersOptions {
  readonly client: Client;
  /** A client of its own for each controller, where they act under different names. */
  readonly clientFor?: (controller: string) => Client;
  readonly informers: InformerFactory;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
  readonly controllers: readonly Controller[];
  readonly events?: EventWriter;
  readonly metrics?: MetricsRegistry;
  readonly health?: Health;
}

const restartMs = 5_000;

/** Runs controllers until the signal aborts; resolves when the last one has stopped. */
export async function runControllers(
  options: RunControllersOptions,
  signal: AbortSignal,
): Promise<void> {
  const { client, clientFor, clock, controllers, health, informers, logger, random } = options;
  const events = options.events ?? new EventWriter({ client, clock, logger, random });
  const metrics = options.metrics ?? new MetricsRegistry();
  const scope = new Scope({
    signal,
    onFailure: (task, error) => logger.error("a task stopped", { task, error }),
  });
  // A writer that was given is run by its owner.
  if (!options.events) scope.run("events", (signal) => events.run(signal));
  for (const controller of controllers) {
    const environment: ControllerEnvironment = {
      client: clientFor?.(controller.name) ?? client,
      informers,
      clock,
      random,
      logger,
      events,
      metrics,
    };
    scope.run(controller.name, (signal) =>
      keepRunning(controller, { environment, ...(health && { health }) }, signal),
    );
  }
  informers.start(signal);
  await new Promise<void>((resolve) => {
    if (signal.aborted) resolve();
    signal.addEventListener("abort", () => resolve(), { once: true });
  });
  await scope.close();
  await informers.close();
}

/** A controller that throws is a programming error; the cluster must not stand still for it. */
async function keepRunning(
  controller: Controller,
  { environment, health }: { environment: ControllerEnvironment; health?: Health },
  signal: AbortSignal,
): Promise<void> {
  let problem: string | undefined;
  health?.add(controller.name, () => problem);
  while (!signal.aborted) {
    try {
      problem = undefined;
      await controller.run(environment, signal);
      return;
    } catch (error) {
      if (signal.aborted) return;
      problem = error instanceof Error ? error.message : String(error);
      environment.logger.error("a controller stopped: starting it again", {
        controller: controller.name,
        error,
      });
      await sleep(environment.clock, restartMs, signal).catch(() => {});
    }
  }
}
