import assert from "node:assert/strict";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmdirSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { Pod } from "#api/core/v1.ts";
import type { ResourceRequirements } from "#api/core/v1.ts";
import { systemClock } from "#base/node/system-clock.ts";
import { applyDefaults } from "#schema/default.ts";
import type { Draft } from "#schema/message.ts";
import { podCgroup, weightOf } from "../pod-resources.ts";
import { createCgroupManager } from "./cgroup-manager.ts";
import { parseHierarchy, readHierarchy } from "./hierarchy.ts";

const pod = (uid: string, ...resources: Draft<ResourceRequirements>[]) =>
  applyDefaults(Pod, {
    metadata: { name: uid, namespace: "default", uid },
    spec: {
      containers: resources.map((own, index) => ({ name: `c${index}`, resources: own })),
    },
  } satisfies Draft<Pod>);
const amounts = (cpu: string, memory: string) => ({ cpu, memory });
const guaranteed = { requests: amounts("500m", "64Mi"), limits: amounts("500m", "64Mi") };

test("a pod is limited where all of its containers are", () => {
  const cases: [Draft<ResourceRequirements>[], object][] = [
    [[{}], { qosClass: "BestEffort", cpuShares: 2, cpuQuotaUs: undefined, memoryBytes: undefined }],
    [
      [guaranteed, guaranteed],
      {
        qosClass: "Guaranteed",
        cpuShares: 1024,
        cpuQuotaUs: 100_000,
        memoryBytes: 128 * 1024 * 1024,
      },
    ],
    [
      [guaranteed, { requests: { cpu: "250m" } }],
      { qosClass: "Burstable", cpuShares: 768, cpuQuotaUs: undefined, memoryBytes: undefined },
    ],
  ];
  for (const [resources, expected] of cases) {
    assert.deepEqual(podCgroup(pod("u", ...resources)), expected);
  }
  assert.deepEqual([2, 1024, 262_144].map(weightOf), [1, 39, 10_000]);
});

test("the trees are read from the mount table", () => {
  const v1 = parseHierarchy(
    "32 31 0:29 / /sys/fs/cgroup/cpu,cpuacct rw - cgroup cgroup rw,cpu,cpuacct\n" +
      "35 31 0:32 / /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory\n" +
      "40 31 0:37 / /sys/fs/cgroup/systemd rw - cgroup cgroup rw,name=systemd\n" +
      "41 31 0:38 / /sys/fs/cgroup/unified rw - cgroup2 cgroup2 rw\n",
  );
  assert.equal(v1.version, 1);
  assert.equal(v1.version === 1 && v1.controllers.get("cpuacct"), "/sys/fs/cgroup/cpu,cpuacct");
  assert.equal(v1.version === 1 && v1.roots.length, 4);
  const v2 = parseHierarchy("30 23 0:26 / /sys/fs/cgroup rw - cgroup2 cgroup2 rw,nsdelegate\n");
  assert.deepEqual(v2, { version: 2, root: "/sys/fs/cgroup" });
  assert.throws(() => parseHierarchy("1 0 8:1 / / rw - ext4 /dev/sda1 rw\n"), /no cgroup/);
});

test("version 2 passes controllers on, all the way down", async (t) => {
  const root = mkdtempSync(join(tmpdir(), "cgroup2-"));
  t.after(() => rmSync(root, { recursive: true }));
  // A folder that behaves like the kernel's needs its files beforehand.
  const folders = ["", "/top", "/top/kubepods", "/top/kubepods/burstable"];
  folders.push("/top/kubepods/besteffort", "/top/kubepods/podu1");
  for (const folder of folders) {
    mkdirSync(join(root, folder), { recursive: true });
    for (const [file, content] of Object.entries({
      "cgroup.controllers": "cpu memory pids",
      "cgroup.subtree_control": "",
      "cpu.weight": "100",
      "cpu.max": "max 100000",
      "memory.max": "max",
      "pids.max": "max",
    })) {
      writeFileSync(join(root, folder, file), content);
    }
  }
  const cgroups = createCgroupManager({
    hierarchy: { version: 2, root },
    parent: "/top",
    allocatableCpuMilli: 2000,
    pidsMax: 50,
    clock: systemClock(),
  });
  assert.equal(await cgroups.ensure(pod("u1", guaranteed)), "/top/kubepods/podu1");
  const read = (path: string) => readFileSync(join(root, path), "utf8");
  assert.equal(read("top/cgroup.subtree_control"), "+cpu +memory +pids");
  assert.match(read("top/kubepods/podu1/cpu.max"), /^50000 100000/);
  assert.match(read("top/kubepods/podu1/memory.max"), /^67108864/);
  assert.match(read("top/kubepods/podu1/pids.max"), /^50/);
});

const hierarchy = process.getuid?.() === 0 ? readHierarchy() : undefined;
const skip = hierarchy?.version === 1 ? false : "needs root and cgroup v1";

test("the kernel takes the settings, and all goes again", { skip }, async (t) => {
  assert.ok(hierarchy?.version === 1);
  const parent = `/kijabi-test-${process.pid}`;
  t.after(() => {
    for (const root of hierarchy.roots) {
      for (const path of ["kubepods/burstable", "kubepods/besteffort", "kubepods", ""]) {
        if (existsSync(join(root, parent, path))) rmdirSync(join(root, parent, path));
      }
    }
  });
  const cgroups = createCgroupManager({
    hierarchy,
    parent,
    allocatableCpuMilli: 2000,
    pidsMax: 100,
    clock: systemClock(),
  });
  const read = (controller: string, path: string) =>
    readFileSync(join(hierarchy.controllers.get(controller) ?? "", path), "utf8").trim();
  const first = await cgroups.ensure(pod("u1", guaranteed));
  assert.equal(first, `${parent}/kubepods/podu1`);
  assert.equal(read("cpu", `${first}/cpu.shares`), "512");
  assert.equal(read("cpu", `${first}/cpu.cfs_quota_us`), "50000");
  assert.equal(read("memory", `${first}/memory.limit_in_bytes`), "67108864");
  assert.equal(read("pids", `${first}/pids.max`), "100");
  const second = await cgroups.ensure(pod("u2", { requests: { cpu: "1" } }));
  assert.equal(second, `${parent}/kubepods/burstable/podu2`);
  assert.equal(read("cpu", `${parent}/kubepods/burstable/cpu.shares`), "1024");
  assert.equal(await cgroups.ensure(pod("u3", {})), `${parent}/kubepods/besteffort/podu3`);
  // What the runtime made below goes too, in every tree.
  for (const root of hierarchy.roots) mkdirSync(join(root, second, "left"), { recursive: true });
  await cgroups.remove("u1");
  await cgroups.remove("u2");
  await cgroups.remove("u3");
  assert.equal(read("cpu", `${parent}/kubepods/burstable/cpu.shares`), "2");
  for (const root of hierarchy.roots) {
    const left = existsSync(join(root, parent))
      ? readdirSync(join(root, parent), { recursive: true })
      : [];
    assert.deepEqual(
      left.filter((name) => /\/pod/.test(String(name))),
      [],
    );
  }
});
