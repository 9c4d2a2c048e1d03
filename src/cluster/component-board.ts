import type { ComponentHealth } from "#server/resources/dependencies.ts";
import type { Store } from "#storage/store.ts";

/** Knows which loops of the control plane are at work, and whether the store answers. */
export interface ComponentBoard extends ComponentHealth {
  /** The component counts as healthy until its loop ends, however it ends. */
  while(name: string, loop: Promise<void>): Promise<void>;
}

export function createComponentBoard(store: Pick<Store, "current">): ComponentBoard {
  const running = new Set<string>();
  const loop = (name: string) => ({
    name,
    ...(!running.has(name) && { problem: `the ${name} is not running` }),
  });
  return {
    async while(name, promise) {
      running.add(name);
      try {
        await promise;
      } finally {
        running.delete(name);
      }
    },
    async health() {
      return [loop("scheduler"), loop("controller-manager"), await storeHealth(store)];
    },
  };
}

/** Clients look for a store by the name of the one that upstream has. */
async function storeHealth(store: Pick<Store, "current">) {
  const name = "etcd-0";
  try {
    await store.current();
    return { name };
  } catch (error) {
    return { name, problem: error instanceof Error ? error.message : String(error) };
  }
}
