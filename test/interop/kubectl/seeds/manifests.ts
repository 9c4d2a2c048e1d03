import { readFileSync } from "node:fs";

const folder = new URL("../../../fixtures/seeds/", import.meta.url);

/** A file that the documents print, or let their readers fetch. */
export const manifest = (name: string) => readFileSync(new URL(name, folder), "utf8");

/** The same of several, by name. */
export const manifests = (...names: readonly string[]) =>
  Object.fromEntries(names.map((name) => [name, manifest(name)]));

/** The same with probes that begin at once, as nobody has to start up here. */
export const quickManifests = (...names: readonly string[]) =>
  Object.fromEntries(
    names.map((name) => [
      name,
      manifest(name).replaceAll(/initialDelaySeconds: \d+/g, "initialDelaySeconds: 0"),
    ]),
  );

/** A command whose columns are as wide as ages and addresses happen to be. */
export const loosely = (run: string) => ({ run, widths: "any" }) as const;
