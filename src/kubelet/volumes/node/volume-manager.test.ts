import assert from "node:assert/strict";
import {
  chownSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  realpathSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import type { TestContext } from "node:test";
import { Node, PersistentVolume, PersistentVolumeClaim, Pod } from "#api/core/v1.ts";
import type { ConfigMap, PodSpec, Secret } from "#api/core/v1.ts";
import { toBase64, utf8 } from "#base/bytes.ts";
import { VirtualClock } from "#base/clock.ts";
import { silentLogger } from "#base/log.ts";
import { applyDefaults } from "#schema/default.ts";
import type { Draft } from "#schema/message.ts";
import { removeOwnVolume } from "./bound-volumes.ts";
import { mountsBelow, unmountBelow } from "./mounts.ts";
import { createVolumeManager } from "./volume-manager.ts";

const { signal } = new AbortController();
const skip = process.getuid?.() === 0 ? false : "mounts need root";
const base64 = (value: string) => toBase64(utf8(value));

test("a ConfigMap is a folder of links that follows its changes at once", { skip }, async (t) => {
  const kit = setUp(t);
  kit.configMaps.settings = { data: { a: "1", b: "2" }, binaryData: { c: base64("3") } };
  const pod = kit.pod({ volumes: [{ name: "v", configMap: { name: "settings" } }] });
  await kit.manager.setUp(pod, signal);
  const folder = kit.folder("kubernetes.io~configmap/v");
  assert.deepEqual(contents(folder), { a: "1", b: "2", c: "3" });
  assert.equal(readlinkSync(join(folder, "a")), "..data/a");
  assert.equal(statSync(join(folder, "a")).mode & 0o777, 0o644);
  const first = readlinkSync(join(folder, "..data"));
  assert.match(first, /^\.\.2026_01_01_00_00_00\./);

  await kit.manager.refresh(pod, signal);
  assert.equal(readlinkSync(join(folder, "..data")), first);
  kit.configMaps.settings = { data: { a: "new" } };
  await kit.manager.refresh(pod, signal);
  assert.deepEqual(contents(folder), { a: "new" });
  assert.deepEqual(
    readdirSync(folder).sort(),
    [readlinkSync(join(folder, "..data")), "..data", "a"].sort(),
  );

  await kit.manager.tearDown(kit.uid);
  await kit.manager.refresh(pod, signal);
  assert.deepEqual(readdirSync(join(kit.root, "pods")), []);
});

test("items choose keys, paths and modes; what is missing is told", { skip }, async (t) => {
  const kit = setUp(t);
  kit.secrets.keys = { data: { a: base64("1"), b: base64("2") } };
  const secret = (more: object) =>
    kit.pod({ volumes: [{ name: "v", secret: { secretName: "keys", ...more } }] });
  const items = [{ key: "a", path: "deep/er/a", mode: 0o400 }];
  await kit.manager.setUp(secret({ items }), signal);
  const folder = kit.folder("kubernetes.io~secret/v");
  assert.deepEqual(mountsBelow(folder), [folder]);
  assert.equal(readFileSync(join(folder, "deep/er/a"), "utf8"), "1");
  assert.equal(statSync(join(folder, "deep/er/a")).mode & 0o777, 0o400);
  await kit.manager.tearDown(kit.uid);
  assert.deepEqual(mountsBelow(kit.root), []);

  const fails = async (pod: Pod, reason: string) =>
    await assert.rejects(kit.manager.setUp(pod, signal), {
      name: "VolumeError",
      message: `MountVolume.SetUp failed for volume "v" : ${reason}`,
    });
  const missing = [{ key: "x", path: "x" }];
  await fails(secret({ items: missing }), "references non-existent secret key: x");
  await fails(secret({ secretName: "gone" }), 'secret "gone" not found');
  await kit.manager.setUp(secret({ secretName: "gone", optional: true }), signal);
  const configMap = (more: object) =>
    kit.pod({ volumes: [{ name: "v", configMap: { name: "gone", ...more } }] });
  await fails(configMap({}), 'configmap "gone" not found');
  const unsupported = kit.pod({ volumes: [{ name: "v", nfs: { server: "s", path: "/" } }] });
  await fails(unsupported, "volumes of type nfs are not supported yet");
  const escaping = [{ key: "a", path: "../a" }];
  await fails(secret({ items: escaping }), "invalid path: must not contain '..': ../a");
});

test("a volume that no container mounts is not made", { skip }, async (t) => {
  const kit = setUp(t);
  const pod = kit.pod({
    containers: [{ name: "c" }],
    volumes: [{ name: "v", configMap: { name: "gone" } }],
  });
  await kit.manager.setUp(pod, signal);
});

test("a projected volume has the token, the CA and the namespace", { skip }, async (t) => {
  const kit = setUp(t);
  kit.configMaps["kube-root-ca.crt"] = { data: { "ca.crt": "CA" } };
  const fieldRef = { fieldPath: "metadata.namespace" };
  const sources = [
    { serviceAccountToken: { expirationSeconds: 3607, path: "token" } },
    { configMap: { name: "kube-root-ca.crt", items: [{ key: "ca.crt", path: "ca.crt" }] } },
    { downwardAPI: { items: [{ path: "namespace", fieldRef }] } },
  ];
  const volumes = [{ name: "v", projected: { sources, defaultMode: 0o644 } }];
  const pod = kit.pod({ volumes, securityContext: { runAsUser: 1000, fsGroup: 2000 } });
  await kit.manager.setUp(pod, signal);
  const folder = kit.folder("kubernetes.io~projected/v");
  assert.deepEqual(contents(folder), { "ca.crt": "CA", namespace: "default", token: "t1" });
  const { uid, gid, mode } = statSync(join(folder, "token"));
  assert.deepEqual([uid, gid, mode & 0o777], [1000, 2000, 0o640]);
  assert.deepEqual([statSync(folder).gid, statSync(folder).mode & 0o2000], [2000, 0o2000]);
  await kit.clock.advance(3000_000);
  await kit.manager.refresh(pod, signal);
  assert.equal(contents(folder).token, "t2");
  const [mount] = await kit.manager.mountsOf(pod, only(pod));
  assert.deepEqual([mount?.hostPath, mount?.containerPath, mount?.readonly], [folder, "/m", true]);
});

test("emptyDir is a folder for all, or memory of a size", { skip }, async (t) => {
  const kit = setUp(t);
  const disk = kit.pod({
    volumes: [{ name: "v", emptyDir: {} }],
    securityContext: { fsGroup: 2000 },
  });
  await kit.manager.setUp(disk, signal);
  const folder = kit.folder("kubernetes.io~empty-dir/v");
  assert.deepEqual([statSync(folder).gid, statSync(folder).mode & 0o7777], [2000, 0o2777]);
  writeFileSync(join(folder, "kept"), "x");
  await kit.manager.setUp(disk, signal);
  assert.deepEqual(readdirSync(folder), ["kept"]);
  await kit.manager.tearDown(kit.uid);

  const emptyDir = { medium: "Memory", sizeLimit: "1Mi" };
  await kit.manager.setUp(kit.pod({ volumes: [{ name: "v", emptyDir }] }), signal);
  assert.deepEqual(mountsBelow(folder), [folder]);
  assert.throws(() => writeFileSync(join(folder, "big"), Buffer.alloc(2 << 20)), /ENOSPC/);
  await kit.manager.tearDown(kit.uid);

  const pages = { medium: "HugePages-2Mi" };
  const huge = kit.pod({ volumes: [{ name: "v", emptyDir: pages }] });
  await assert.rejects(kit.manager.setUp(huge, signal), /HugePages-2Mi is not supported yet/);
});

test("hostPath is checked by its type", { skip }, async (t) => {
  const kit = setUp(t);
  const file = join(kit.root, "file");
  const missing = join(kit.root, "missing");
  const socket = join(kit.root, "socket");
  writeFileSync(file, "");
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(socket, resolve));
  t.after(() => server.close());
  const cases: [string, string, string | undefined][] = [
    ["", missing, undefined],
    ["Directory", kit.root, undefined],
    ["Directory", missing, "a directory"],
    ["Directory", file, "a directory"],
    ["File", file, undefined],
    ["File", kit.root, "a file"],
    ["Socket", socket, undefined],
    ["Socket", file, "a socket file"],
    ["CharDevice", "/dev/null", undefined],
    ["CharDevice", file, "a character device"],
    ["BlockDevice", file, "a block device"],
    ["DirectoryOrCreate", join(kit.root, "made/deep"), undefined],
    ["FileOrCreate", join(kit.root, "made/file"), undefined],
  ];
  for (const [type, path, error] of cases) {
    const pod = kit.pod({ volumes: [{ name: "v", hostPath: { path, type } }] });
    const message =
      error &&
      `MountVolume.SetUp failed for volume "v" : hostPath type check failed: ${path} is not ${error}`;
    if (message) await assert.rejects(kit.manager.setUp(pod, signal), { message });
    else await kit.manager.setUp(pod, signal);
  }
  assert.ok(statSync(join(kit.root, "made/deep")).isDirectory());
  assert.ok(statSync(join(kit.root, "made/file")).isFile());
});

test("a part of a volume is mounted by itself, but never what is outside", { skip }, async (t) => {
  const kit = setUp(t);
  const volumes = [{ name: "v", emptyDir: {} }];
  const containers = [
    {
      name: "c",
      env: [{ name: "POD", value: "p" }],
      volumeMounts: [
        { name: "v", mountPath: "/a", subPath: "made/here", mountPropagation: "HostToContainer" },
        { name: "v", mountPath: "/b", subPathExpr: "logs/$(POD)", readOnly: true },
      ],
    },
  ];
  const pod = kit.pod({ volumes, containers });
  await kit.manager.setUp(pod, signal);
  const mounts = await kit.manager.mountsOf(pod, only(pod));
  const folder = kit.folder("kubernetes.io~empty-dir/v");
  const [first, second] = mounts;
  assert.ok(first && second);
  assert.deepEqual([first.propagation, first.readonly, second.readonly], [1, false, true]);
  writeFileSync(join(first.hostPath, "x"), "1");
  writeFileSync(join(second.hostPath, "y"), "2");
  assert.equal(readFileSync(join(folder, "made/here/x"), "utf8"), "1");
  assert.equal(readFileSync(join(folder, "logs/p/y"), "utf8"), "2");
  assert.deepEqual(await kit.manager.mountsOf(pod, only(pod)), mounts);

  symlinkSync("/etc", join(folder, "escape"));
  const escape = async (subPath: string) => {
    const volumeMounts = [{ name: "v", mountPath: "/m", subPath }];
    const bad = kit.pod({ volumes, containers: [{ name: "bad", volumeMounts }] });
    return await kit.manager.mountsOf(bad, only(bad));
  };
  await assert.rejects(escape("escape"), /not within volume path/);
  await assert.rejects(escape("escape/new"), /not within volume path/);
  await assert.rejects(escape("../x"), /must not contain '\.\.'/);
  assert.throws(() => lstatSync("/etc/new"), /ENOENT/);

  // A kubelet that was killed in between leaves the mounts: another one finds and removes them.
  await kit.other().tearDown(kit.uid);
  assert.deepEqual(mountsBelow(kit.root), []);
  assert.deepEqual(readdirSync(join(kit.root, "pods")), []);
});

function only(pod: Pod) {
  const [container] = pod.spec.containers;
  assert.ok(container);
  return container;
}

/** What a reader of the volume sees. */
function contents(folder: string): Record<string, string> {
  const names = readdirSync(folder).filter((name) => !name.startsWith(".."));
  return Object.fromEntries(names.map((name) => [name, readFileSync(join(folder, name), "utf8")]));
}

const claimed = { volumes: [{ name: "v", persistentVolumeClaim: { claimName: "data" } }] };

function claimOf(status: "Bound" | "Pending", deletionTimestamp?: string) {
  return applyDefaults(PersistentVolumeClaim, {
    metadata: {
      name: "data",
      namespace: "default",
      uid: "c1",
      ...(deletionTimestamp && { deletionTimestamp }),
    },
    spec: { volumeName: "pv" },
    status: { phase: status },
  });
}

function volumeOf(spec: Partial<Draft<PersistentVolume>["spec"]>) {
  return applyDefaults(PersistentVolume, {
    metadata: { name: "pv" },
    spec: { claimRef: { namespace: "default", name: "data", uid: "c1" }, ...spec },
    status: {},
  });
}

test("a claim's folder is made where it is the kubelet's own, and shown to containers", async (t) => {
  const kit = setUp(t);
  const path = join(kit.root, "host-path", "pvc-1");
  kit.claims.data = claimOf("Bound");
  kit.volumes.pv = volumeOf({ hostPath: { path, type: "DirectoryOrCreate" } });
  const pod = kit.pod(claimed);
  await kit.manager.setUp(pod, signal);
  assert.equal(statSync(path).mode & 0o777, 0o777);
  writeFileSync(join(path, "kept"), "data");
  const [container] = pod.spec.containers;
  assert.ok(container);
  const [mount] = await kit.manager.mountsOf(pod, container);
  assert.deepEqual([mount?.hostPath, mount?.readonly], [path, false]);

  // A running pod keeps its volume whatever becomes of the claim.
  delete kit.claims.data;
  await kit.manager.refresh(pod, signal);
  await kit.manager.tearDown(kit.uid);
  assert.deepEqual(contents(path), { kept: "data" });

  // Another pod's group may write what is there; asked to, it trusts the folder's owner.
  kit.claims.data = claimOf("Bound");
  const inGroup = (fsGroupChangePolicy?: "OnRootMismatch") => {
    const other = kit.pod(claimed);
    other.spec.securityContext = {
      fsGroup: 1000,
      ...(fsGroupChangePolicy && { fsGroupChangePolicy }),
    };
    return other;
  };
  await kit.manager.setUp(inGroup(), signal);
  assert.deepEqual([statSync(path).gid, statSync(path).mode & 0o2070], [1000, 0o2070]);
  assert.equal(statSync(join(path, "kept")).gid, 1000);
  writeFileSync(join(path, "later"), "");
  chownSync(join(path, "later"), 0, 0);
  await kit.manager.setUp(inGroup("OnRootMismatch"), signal);
  assert.equal(statSync(join(path, "later")).gid, 0);

  await removeOwnVolume(join(kit.root, "host-path"), "pvc-1");
  assert.deepEqual(readdirSync(join(kit.root, "host-path")), []);
  await removeOwnVolume(join(kit.root, "host-path"), "pvc-1");
  for (const name of ["..", ".", "", "a/b"]) {
    await assert.rejects(removeOwnVolume(kit.root, name), /is not the name of a volume/);
  }
});

test("what is wrong with a claim is said in upstream's words", async (t) => {
  const kit = setUp(t);
  const outside = "/nonexistent/folder";
  const elsewhere = {
    required: {
      nodeSelectorTerms: [
        {
          matchExpressions: [
            { key: "kubernetes.io/hostname", operator: "In" as const, values: ["other"] },
          ],
        },
      ],
    },
  };
  const unable =
    "Unable to attach or mount volumes: unmounted volumes=[v], unattached volumes=[], " +
    "failed to process volumes=[v]: ";
  const pvc = `${unable}error processing PVC default/data: `;
  const bound = claimOf("Bound");
  const there = volumeOf({ hostPath: { path: "/tmp", type: "" } });
  const cases: [string, PersistentVolumeClaim | undefined, PersistentVolume | undefined][] = [
    [
      `${pvc}failed to fetch PVC from API server: persistentvolumeclaims "data" not found`,
      undefined,
      undefined,
    ],
    [`${pvc}PVC is not bound`, claimOf("Pending"), undefined],
    [`${pvc}PVC is being deleted`, claimOf("Bound", "2026-01-01T00:00:00Z"), there],
    [
      `${pvc}failed to fetch PV pv from API server: persistentvolumes "pv" not found`,
      bound,
      undefined,
    ],
    [
      `${unable}volume v has volumeMode Block, but is specified in volumeMounts`,
      bound,
      volumeOf({ local: { path: "/dev/sda" }, volumeMode: "Block" }),
    ],
    [
      'MountVolume.NodeAffinity check failed for volume "pv" : no matching NodeSelectorTerms',
      bound,
      volumeOf({ local: { path: "/tmp" }, nodeAffinity: elsewhere }),
    ],
    [
      `MountVolume.SetUp failed for volume "pv" : ` +
        `hostPath type check failed: ${outside} is not a directory`,
      bound,
      volumeOf({ hostPath: { path: outside, type: "Directory" } }),
    ],
    [
      `MountVolume.SetUp failed for volume "pv" : path "${outside}" does not exist`,
      bound,
      volumeOf({ local: { path: outside } }),
    ],
    [
      `volumes of type nfs are not supported yet`,
      bound,
      volumeOf({ nfs: { server: "s", path: "/" } }),
    ],
  ];
  for (const [message, claim, volume] of cases) {
    delete kit.claims.data;
    delete kit.volumes.pv;
    if (claim) kit.claims.data = claim;
    if (volume) kit.volumes.pv = volume;
    await assert.rejects(kit.manager.setUp(kit.pod(claimed), signal), { message });
    await kit.manager.tearDown(kit.uid);
  }
});

function setUp(t: TestContext) {
  const root = realpathSync(mkdtempSync(join(tmpdir(), "volumes-")));
  mkdirSync(join(root, "pods"));
  t.after(async () => {
    await unmountBelow(root);
    rmSync(root, { recursive: true });
  });
  const clock = new VirtualClock();
  const configMaps: Record<string, Draft<ConfigMap>> = {};
  const secrets: Record<string, Draft<Secret>> = {};
  const claims: Record<string, PersistentVolumeClaim> = {};
  const volumes: Record<string, PersistentVolume> = {};
  const node = applyDefaults(Node, {
    metadata: { name: "n", labels: { "kubernetes.io/hostname": "n" } },
  });
  let tokens = 0;
  const other = () =>
    createVolumeManager({
      root,
      clock,
      logger: silentLogger,
      node: { addresses: [], allocatable: {} },
      ownVolumes: join(root, "host-path"),
      claims: {
        claim: async (_, name) => claims[name],
        volume: async (name) => volumes[name],
        node: async () => node,
      },
      source: {
        configMap: async (_, name) => configMaps[name] as ConfigMap | undefined,
        secret: async (_, name) => secrets[name] as Secret | undefined,
      },
      tokens: {
        async request(_pod, { expirationSeconds }) {
          tokens++;
          return { token: `t${tokens}`, expiresAtMs: clock.now() + expirationSeconds * 1000 };
        },
      },
      environment: {
        resolve: async (_, { env = [] }) => env.map(({ name, value = "" }) => ({ name, value })),
      },
    });
  const uid = "u1";
  return {
    root,
    uid,
    clock,
    configMaps,
    secrets,
    claims,
    volumes,
    other,
    manager: other(),
    folder: (path: string) => join(root, "pods", uid, "volumes", path),
    pod: (spec: Partial<Draft<PodSpec>>) =>
      applyDefaults(Pod, {
        metadata: { name: "p", namespace: "default", uid },
        spec: {
          containers: [{ name: "c", volumeMounts: [{ name: "v", mountPath: "/m" }] }],
          ...spec,
        },
      } satisfies Draft<Pod>),
  };
}
