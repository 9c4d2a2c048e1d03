import { describe, it } from "node:test";
import assert from "node:assert/strict";
import { parseFlags } from "#base/flags.ts";
import { accessFlags } from "./access.ts";
import { admissionFlags } from "./admission.ts";
import { apiEnablementFlags } from "./api-enablement.ts";
import { keptSettings } from "./kept-flags.ts";
import type { KeptSettings } from "./kept-flags.ts";
import { schedulerFlags } from "./scheduler-flags.ts";

function kept(known: KeptSettings, ...args: string[]): KeptSettings {
  const specs = { ...accessFlags, ...admissionFlags, ...apiEnablementFlags, ...schedulerFlags };
  const { values, given } = parseFlags(specs, args);
  return keptSettings(known, values, given);
}

describe("what a profile keeps of the server's flags", () => {
  const table: [args: string[], settings: KeptSettings][] = [
    [[], {}],
    [["--anonymous-auth=false"], { access: ["--anonymous-auth=false"] }],
    [["--authorization-mode", "RBAC,Node"], { access: ["--authorization-mode=RBAC,Node"] }],
    [
      ["--token-auth-file=tokens.csv"],
      { access: [`--token-auth-file=${process.cwd()}/tokens.csv`] },
    ],
    [
      ["--enable-admission-plugins=A,B", "--enable-admission-plugins=C"],
      { admission: { enable: ["A", "B", "C"] } },
    ],
    [
      ["--disable-admission-plugins=A", "--admission-control-config-file=/a.yaml"],
      { admission: { disable: ["A"], configurationFile: "/a.yaml" } },
    ],
    [
      ["--runtime-config=api/beta=true", "--runtime-config", "storage.k8s.io/v1beta1=false"],
      { runtimeConfig: "api/beta=true,storage.k8s.io/v1beta1=false" },
    ],
    [["--scheduler-config=/s.yaml"], { scheduler: { configurationFile: "/s.yaml" } }],
  ];
  for (const [args, settings] of table) {
    it(args.join(" ") || "nothing", () => assert.deepEqual(kept({}, ...args), settings));
  }

  const known: KeptSettings = {
    access: ["--anonymous-auth=false", "--token-auth-file=/tokens"],
    admission: { enable: ["A"], configurationFile: "/a.yaml" },
    runtimeConfig: "api/beta=true",
    scheduler: { configurationFile: "/s.yaml" },
  };

  it("stays as it is where no flag says otherwise", () => {
    assert.deepEqual(kept(known), known);
    assert.deepEqual(kept({ access: [] }), { access: [] });
  });

  it("is replaced flag by flag", () => {
    const now = kept(known, "--token-auth-file=/others", "--disable-admission-plugins=B");
    assert.deepEqual(now, {
      ...known,
      access: ["--anonymous-auth=false", "--token-auth-file=/others"],
      admission: { ...known.admission, disable: ["B"] },
    });
  });

  it("goes where a flag is given as empty", () => {
    const empty = ["--token-auth-file=", "--enable-admission-plugins=", "--runtime-config="];
    assert.deepEqual(
      kept(known, ...empty, "--admission-control-config-file=", "--scheduler-config="),
      {
        access: ["--anonymous-auth=false"],
      },
    );
  });

  it("is refused where it cannot be meant", () => {
    assert.throws(
      () => kept({}, "--runtime-config=api/gamma"),
      /--runtime-config: unknown api groups/,
    );
  });
});
