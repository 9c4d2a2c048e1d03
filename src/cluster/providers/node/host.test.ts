import assert from "node:assert/strict";
import { test } from "node:test";
import { addressAt, parseCidr } from "./cidr.ts";
import { containerdConfig } from "./containerd-config.ts";
import { cniConfig } from "./cni.ts";
import { detectHost, InstallError, installMissing } from "./host.ts";
import { bridgeName, checkName, linkName } from "./names.ts";

test("a host without binaries is told its packages, and the command for them", async () => {
  const host = { ...detectHost(), missingPackages: ["containerd", "nftables"] };
  const announced: string[] = [];
  const announce = (message: string) => announced.push(message);
  const environment = { PATH: process.env["PATH"], KIJABI_INSTALL: "never" };
  await assert.rejects(installMissing({ host, announce, environment }), (error) => {
    assert.ok(error instanceof InstallError);
    assert.match(error.message, /missing: containerd nftables/);
    if (error.command !== undefined) {
      assert.match(
        error.command,
        /apt-get install -y --no-install-recommends containerd nftables$/,
      );
    }
    return true;
  });
  assert.deepEqual(announced, []);
  const complete = { ...host, missingPackages: [] };
  assert.equal(await installMissing({ host: complete, announce, environment }), complete);
});

test("networks are counted from their first address", () => {
  assert.equal(addressAt("10.240.0.0/24", 1), "10.240.0.1");
  assert.equal(addressAt("10.240.1.77/16", 256), "10.240.1.0");
  assert.equal(addressAt("192.168.255.255/32", 0), "192.168.255.255");
  assert.throws(() => addressAt("10.0.0.0/30", 4), /no address number 4/);
  for (const wrong of ["10.0.0.0", "10.0.0.0/33", "10.0.0.256/8", "fd00::/64", "a/8"]) {
    assert.throws(() => parseCidr(wrong), /is no IPv4/, wrong);
  }
});

test("names fit into the kernel", () => {
  const profile = "p".repeat(63);
  assert.ok(bridgeName(profile).length <= 15 && linkName(profile, "n".repeat(63)).length <= 15);
  assert.notEqual(linkName("a", "b"), linkName("a", "c"));
  for (const wrong of ["", "A", "a_b", "-a", "a.b", "a/b"]) {
    assert.throws(() => checkName("profile", wrong), /must consist/, wrong);
  }
  checkName("node", "worker-1.example");
});

test("the runtime's configuration follows the host", () => {
  const config = {
    root: "/r",
    state: '/s "x"',
    socket: "/c.sock",
    sandboxImage: "pause:1",
    cniBinDir: "/usr/lib/cni",
    cniConfDir: "/net.d",
    registryDir: "/certs.d",
    snapshotter: "overlayfs",
  } as const;
  const bound = containerdConfig({
    ...config,
    host: { hasSysResource: false, hasAppArmor: false },
  });
  assert.match(bound, /^version = 2\n/);
  assert.match(bound, /oom_score = 0\n/);
  assert.match(bound, /restrict_oom_score_adj = true\n/);
  assert.match(bound, /disable_apparmor = true\n/);
  assert.match(bound, /state = "\/s \\"x\\""\n/);
  assert.match(bound, /snapshotter\.v1\.native"/);
  const free = containerdConfig({ ...config, host: { hasSysResource: true, hasAppArmor: true } });
  assert.match(free, /oom_score = -999\n[^]*restrict_oom_score_adj = false\n/);
  assert.match(free, /disable_apparmor = false\n/);
  const copied = containerdConfig({
    ...config,
    snapshotter: "native",
    host: { hasSysResource: true, hasAppArmor: true },
  });
  assert.doesNotMatch(copied, /snapshotter\.v1\.native"/);
});

test("pods get true addresses from the node's network", () => {
  const config = JSON.stringify(
    cniConfig({
      profile: "a",
      node: "n",
      podCidr: "10.244.0.0/24",
      mtu: 1400,
      confDir: "/net.d",
      dataDir: "/data",
    }),
  );
  assert.match(config, /"subnet":"10\.244\.0\.0\/24"/);
  assert.match(config, /"ipMasq":false,"mtu":1400/);
  assert.match(config, /"name":"kijabi-a-n"/);
  assert.match(config, /"portMappings":true/);
});
