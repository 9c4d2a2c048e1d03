import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { it } from "node:test";
import { parseFlags } from "#base/flags.ts";
import { admissionFlags, readAdmission } from "./admission.ts";

it("flags count for more than the profile", async () => {
  const folder = await mkdtemp(join(tmpdir(), "kijabi-admission-"));
  try {
    await writeFile(join(folder, "other.yaml"), "a: 1");
    const file = join(folder, "admission.yaml");
    const plugins = "plugins: [{name: Other, path: other.yaml}]";
    await writeFile(
      file,
      `apiVersion: apiserver.config.k8s.io/v1\nkind: AdmissionConfiguration\n${plugins}`,
    );
    const flags = (...args: string[]) => parseFlags(admissionFlags, args).values;
    const profile = { enable: ["A"], disable: ["B"], configurationFile: file };
    const { configuration, ...own } = await readAdmission(profile, flags());
    assert.deepEqual(own, { enable: ["A"], disable: ["B"] });
    assert.deepEqual([...(configuration ?? [])], [["Other", { a: 1 }]]);
    const given = flags("--enable-admission-plugins=C,D", "--disable-admission-plugins", "E");
    assert.deepEqual(await readAdmission(undefined, given), { enable: ["C", "D"], disable: ["E"] });
    const wrong = flags(`--admission-control-config-file=${join(folder, "nope.yaml")}`);
    await assert.rejects(
      readAdmission(undefined, wrong),
      /^Error: unable to read admission control configuration from ".*nope.yaml": ENOENT/,
    );
  } finally {
    await rm(folder, { recursive: true });
  }
});
