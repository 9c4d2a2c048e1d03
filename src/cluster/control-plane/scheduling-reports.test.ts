import { test } from "node:test";
import assert from "node:assert/strict";
import { StatusError } from "#machinery/status.ts";
import { SchedulingReports } from "./scheduling-reports.ts";

const path = "/kijabi/v1/namespaces/default/pods/p/scheduling";
const fails = (code: number) => (error: unknown) =>
  error instanceof StatusError && error.code === code;

test("answers for pods that wait, as long as a scheduler is at work here", () => {
  const reports = new SchedulingReports();
  assert.equal(reports.handle("/kijabi/v1/namespaces/default/pods/p"), undefined);
  assert.throws(() => reports.handle(path), fails(503));
  const waiting = { schedulerName: "s", attempts: 1, nodes: [], wouldHelp: ["more"] };
  reports.follow((pod) => (pod === "default/p" ? { pod, ...waiting } : undefined));
  const answer = reports.handle(path);
  assert.equal(answer?.status, 200);
  const { body } = answer;
  assert.ok(body.kind === "bytes");
  const text = new TextDecoder().decode(body.bytes);
  assert.deepEqual(JSON.parse(text), { pod: "default/p", ...waiting });
  assert.throws(() => reports.handle(path.replace("/p/", "/q/")), fails(404));
});
