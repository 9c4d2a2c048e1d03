import assert from "node:assert/strict";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { testCluster } from "../support/cluster.ts";
import { runCommand } from "../support/command.ts";
import { Terminal } from "../support/terminal.ts";

/** Our kubectl on a cluster whose containers run, at a terminal as a person would. */
const cluster = testCluster({ name: "kubectl", images: ["busybox", "nginx"] });
const program = [
  process.execPath,
  "--disable-warning=ExperimentalWarning",
  resolve(import.meta.dirname, "../../src/bin/kubectl.ts"),
] as const;

const run = (line: string, input = "") =>
  runCommand(program[0], [...program.slice(1), ...line.split(" ")], {
    environment: cluster.environment,
    input,
    timeoutMs: 120_000,
    expectCode: "any",
  });

const terminalOf = (line: string) =>
  new Terminal([...program, ...line.split(" ")], cluster.environment);

cluster.test("exec runs commands, with input, output and exit codes", async () => {
  await run("run box --image=busybox --image-pull-policy=Never --command -- sleep 3600");
  await run("run web --image=nginx --image-pull-policy=Never --port=80 --expose");
  await cluster.waitFor("pod/box", "condition=Ready");
  await cluster.waitFor("pod/web", "condition=Ready");
  assert.equal((await run("exec box -- echo hello")).stdout, "hello\n");
  assert.equal((await run("exec -i box -- wc -c", "12345")).stdout.trim(), "5");
  const failed = await run("exec box -- sh -c exit\t7".replace("exit\t7", "false"));
  assert.equal(failed.code, 1);
  assert.equal(failed.stderr, "command terminated with exit code 1\n");
});

cluster.test("exec -it is a terminal", async () => {
  await using terminal = terminalOf("exec -it box -- sh");
  await terminal.until(/\/ # /);
  terminal.type("stty size; echo $((6*7)) in $HOSTNAME\r");
  await terminal.until(/24 80\r+\n42 in box\r+\n/);
  // Ctrl-C ends what runs there, and nothing here.
  terminal.type("echo asleep $((3*4)); sleep 1000\r");
  await terminal.until(/asleep 12\r+\n/);
  terminal.type("\u0003");
  terminal.type("exit 3\r");
  const { code, screen } = await terminal.end();
  assert.equal(code, 3, screen);
  assert.match(screen, /command terminated with exit code 3/);
});

cluster.test("run --rm -it leaves nothing behind", async () => {
  await using terminal = terminalOf(
    "run shell --rm -it --restart=Never --image=busybox --image-pull-policy=Never -- sh",
  );
  await terminal.until(/If you don't see a command prompt, try pressing enter/);
  terminal.type("\r");
  await terminal.until(/\/ # /);
  terminal.type("echo from $((40+2))\r");
  await terminal.until(/from 42/);
  terminal.type("exit\r");
  const { code, screen } = await terminal.end();
  assert.equal(code, 0, screen);
  assert.match(screen, /pod "shell" deleted/);
  assert.match((await run("get pod shell")).stderr, /not found/);
});

cluster.test("attach joins what runs, and logs follow it", async () => {
  await run("run talk --image=busybox --image-pull-policy=Never -i --attach=false -t -- sh");
  await cluster.waitFor("pod/talk", "condition=Ready");
  await using terminal = terminalOf("attach -it talk");
  await terminal.until(/try pressing enter/);
  terminal.type("\r");
  await terminal.until(/\/ # /);
  terminal.type("echo attached $((1+1))\r");
  await terminal.until(/attached 2/);
  await using follower = terminalOf("logs -f talk --tail=3");
  terminal.type("echo followed $((2+2))\r");
  await follower.until(/followed 4/);
});

cluster.test("debug -it joins a pod, in a container that was not there", async () => {
  await using terminal = terminalOf(
    "debug -it web --image=busybox --image-pull-policy=Never --target=web -c look -- sh",
  );
  await terminal.until(/try pressing enter/);
  terminal.type("\r");
  await terminal.until(/\/ # /);
  // The target's processes and the pod's network are there, and so is the terminal's size.
  terminal.type("stty size; ps; wget -qO- http://127.0.0.1/ | head -n 4; echo done $((6*7))\r");
  await terminal.until(/done 42/);
  terminal.type("exit 3\r");
  const { code, screen } = await terminal.end();
  assert.equal(code, 0, screen);
  assert.match(screen, /Targeting container "web"\./);
  assert.match(screen, /24 80\r/);
  assert.match(screen, /nginx: master process/);
  assert.match(screen, /Welcome to nginx/);
  assert.match(screen, /Session ended, the ephemeral container will not be restarted/);
});

cluster.test("debug -it works on a copy of a pod", async () => {
  await using terminal = terminalOf(
    "debug -it box --copy-to=box-copy --container=box --image-pull-policy=Never -- sh",
  );
  await terminal.until(/try pressing enter/);
  terminal.type("\r");
  await terminal.until(/\/ # /);
  terminal.type("echo in $HOSTNAME $((6*7))\r");
  await terminal.until(/in box-copy 42/);
  terminal.type("exit\r");
  await terminal.end();
  const original = await run("get pod box -o jsonpath={.spec.containers[0].command}");
  assert.equal(original.stdout, '["sleep","3600"]');
  await run("delete pod box-copy --now");
});

cluster.test("cp copies there and back", async () => {
  const directory = await mkdtemp(join(tmpdir(), "kijabi-cp-"));
  try {
    const content = "0123456789".repeat(200_000);
    await writeFile(join(directory, "big"), content);
    await run(`cp ${directory}/big box:/tmp/there`);
    const counted = await run("exec box -- wc -c /tmp/there");
    assert.equal(counted.stdout, `${content.length} /tmp/there\n`);
    await run(`cp box:/tmp/there ${directory}/back`);
    assert.ok((await readFile(join(directory, "back"), "utf8")) === content);
  } finally {
    await rm(directory, { recursive: true });
  }
});

cluster.test("port-forward reaches a service's pod", async () => {
  await using terminal = terminalOf("port-forward service/web :80");
  await terminal.until(/Forwarding from 127\.0\.0\.1:\d+ -> 80/);
  terminal.type("\u0003");
  await terminal.end();
});
