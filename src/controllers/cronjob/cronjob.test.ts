import { test } from "node:test";
import assert from "node:assert/strict";
import { CronJob, Job } from "#api/batch/v1.ts";
import type { CronJobSpec, CronJobStatus } from "#api/batch/v1.ts";
import type { Draft } from "#schema/message.ts";
import { parseSchedule } from "#machinery/cron/schedule.ts";
import { utc } from "#machinery/cron/zone.ts";
import { jobControllers } from "../job/controller.ts";
import { podTemplate, startCluster } from "../testing/cluster.ts";
import type { TestCluster } from "../testing/cluster.ts";
import { cronJobController } from "./controller.ts";
import { jobsToForget, planStart } from "./plan.ts";
import { msToNextStart, startsDue } from "./starts.ts";

const place = { namespace: "default", name: "tick" };
const labels = { app: "tick" };
const minuteMs = 60_000;

function cronJob(spec: Partial<Draft<CronJobSpec>> & { schedule: string }): Draft<CronJob> {
  const jobSpec = {
    parallelism: 1,
    completions: 1,
    backoffLimit: 0,
    selector: { matchLabels: labels },
    template: podTemplate(labels),
  };
  return { metadata: place, spec: { jobTemplate: { spec: jobSpec }, ...spec } };
}

/** Its pods end ten seconds after their start, with these codes; the rest run on. */
async function setUp(exits: (count: number) => number | undefined = () => 0) {
  const cluster = await startCluster([...jobControllers(), cronJobController()]);
  let count = 0;
  cluster.kubelet.endOf = () => {
    const exitCode = exits(count++);
    return exitCode === undefined ? undefined : { afterMs: 10_000, exitCode };
  };
  // To the next full hour, where tests begin.
  const hourMs = 60 * minuteMs;
  await cluster.advance(hourMs - (cluster.clock.now() % hourMs));
  return { cluster, start: cluster.clock.now() };
}

const jobsOf = async ({ client }: TestCluster) => (await client.list(Job)).items;
const statusOf = async ({ client }: TestCluster) => (await client.get(CronJob, place)).status;

/** Events of the CronJob, with minutes since the beginning for the numbers of its Jobs. */
async function eventsOf(cluster: TestCluster, start: number): Promise<string[]> {
  const since = (text: string) =>
    text.replace(/tick-(\d+)/g, (_, minute) => `tick+${Number(minute) - start / minuteMs}`);
  return (await cluster.events())
    .filter((event) => !/pod:|^Completed|^BackoffLimit/.test(event))
    .map(since);
}

test("an hour of a CronJob", async () => {
  const { cluster, start } = await setUp((count) => (count === 1 ? 1 : 0));
  await cluster.client.create(CronJob, cronJob({ schedule: "*/10 * * * *" }));
  await cluster.advance(60 * minuteMs);
  assert.deepEqual(await eventsOf(cluster, start), [
    "SuccessfulCreate: Created job tick+10",
    "SawCompletedJob: Saw completed job: tick+10, condition: Complete",
    "SuccessfulCreate: Created job tick+20",
    "SawCompletedJob: Saw completed job: tick+20, condition: Failed",
    "SuccessfulCreate: Created job tick+30",
    "SawCompletedJob: Saw completed job: tick+30, condition: Complete",
    "SuccessfulCreate: Created job tick+40",
    "SawCompletedJob: Saw completed job: tick+40, condition: Complete",
    "SuccessfulCreate: Created job tick+50",
    "SuccessfulDelete: Deleted job tick+10",
    "SawCompletedJob: Saw completed job: tick+50, condition: Complete",
    "SuccessfulCreate: Created job tick+60",
  ]);
  const status = await statusOf(cluster);
  assert.equal(Date.parse(status.lastScheduleTime ?? "") - start, 60 * minuteMs);
  assert.equal(status.active?.length, 1);
  const [job] = (await jobsOf(cluster)).slice(-1);
  assert.equal(status.active[0]?.uid, job?.metadata.uid);
  assert.equal(job?.metadata.ownerReferences?.[0]?.kind, "CronJob");
  assert.deepEqual(job.metadata.annotations, {
    "batch.kubernetes.io/cronjob-scheduled-timestamp": status.lastScheduleTime,
  });
  await cluster.stop();
});

test("a Job that is not done in time: beside it, not at all, or instead of it", async () => {
  const cases = {
    Allow: ["Created job tick+10", "Created job tick+20"],
    Forbid: [
      "Created job tick+10",
      "Not starting job because prior execution is running and concurrency policy is Forbid",
    ],
    Replace: ["Created job tick+10", "Deleted job tick+10", "Created job tick+20"],
  };
  for (const [concurrencyPolicy, expected] of Object.entries(cases)) {
    const { cluster, start } = await setUp(() => undefined);
    const spec = { schedule: "*/10 * * * *", concurrencyPolicy } as CronJobSpec;
    await cluster.client.create(CronJob, cronJob(spec));
    await cluster.advance(21 * minuteMs);
    const messages = (await eventsOf(cluster, start)).map((event) => event.replace(/^\w+: /, ""));
    assert.deepEqual(messages, expected, concurrencyPolicy);
    await cluster.stop();
  }
});

test("nothing starts while it is suspended; then the last start that was missed", async () => {
  const { cluster, start } = await setUp();
  const { client } = cluster;
  await client.create(CronJob, cronJob({ schedule: "* * * * *", suspend: true }));
  await cluster.advance(150 * minuteMs);
  assert.deepEqual(await jobsOf(cluster), []);
  await client.patch(CronJob, place, { type: "merge", patch: { spec: { suspend: false } } });
  await cluster.advance(1_000);
  assert.deepEqual(await eventsOf(cluster, start), [
    "TooManyMissedTimes: too many missed start times. Set or decrease " +
      ".spec.startingDeadlineSeconds or check clock skew",
    "SuccessfulCreate: Created job tick+150",
  ]);
  await cluster.stop();
});

test("a new schedule counts from when it was given", async () => {
  const { cluster, start } = await setUp();
  const { client } = cluster;
  await client.create(CronJob, cronJob({ schedule: "0 0 1 1 *" }));
  await cluster.advance(14 * minuteMs);
  const spec = { schedule: "*/10 * * * *" };
  await client.patch(CronJob, place, { type: "merge", patch: { spec } });
  await cluster.advance(7 * minuteMs);
  assert.equal((await eventsOf(cluster, start))[0], "SuccessfulCreate: Created job tick+20");
  await cluster.stop();
});

test("Jobs that are gone, or were made by hand, are noticed", async () => {
  const { cluster, start } = await setUp(() => undefined);
  const { client } = cluster;
  const created = await client.create(CronJob, cronJob({ schedule: "*/10 * * * *" }));
  await cluster.advance(11 * minuteMs);
  const [job] = await jobsOf(cluster);
  assert.ok(job);
  await client.delete(Job, job.metadata);
  await client.create(Job, {
    metadata: {
      namespace: "default",
      name: "by-hand",
      ownerReferences: [
        {
          apiVersion: "batch/v1",
          kind: "CronJob",
          name: "tick",
          uid: created.metadata.uid,
          controller: true,
        },
      ],
    },
    spec: job.spec,
  });
  await cluster.advance(minuteMs);
  const events = (await eventsOf(cluster, start)).slice(1);
  assert.deepEqual([...new Set(events)].sort(), [
    "MissingJob: Active job went missing: tick+10",
    "UnexpectedJob: Saw a job that the controller did not create or forgot: by-hand",
  ]);
  assert.equal((await statusOf(cluster)).active, undefined);
  await cluster.stop();
});

test("what cannot be read is told, and nothing starts", async () => {
  const cases: [Partial<CronJobSpec> & { schedule: string }, string][] = [
    [{ schedule: "61 * * * *" }, 'UnparseableSchedule: unparseable schedule: "61 * * * *" : end'],
    [{ schedule: "0 0 31 2 *" }, "InvalidSchedule: invalid schedule: 0 0 31 2 * : time diff"],
    [
      { schedule: "* * * * *", timeZone: "Mars/Olympus" },
      'UnknownTimeZone: invalid timeZone: "Mars/Olympus": unknown time zone Mars/Olympus',
    ],
  ];
  for (const [spec, expected] of cases) {
    const { cluster } = await setUp();
    await cluster.client.create(CronJob, cronJob(spec));
    await cluster.advance(minuteMs * 10);
    const [event = "", ...others] = await cluster.events();
    assert.equal(event.slice(0, expected.length), expected);
    assert.deepEqual(others, []);
    assert.deepEqual(await jobsOf(cluster), []);
    await cluster.stop();
  }
});

const at = (time: string) => Date.parse(`2026-01-01T${time}Z`);

/** A CronJob that was made at ten o'clock. */
function made(spec: Partial<CronJobSpec>, status: CronJobStatus = {}): CronJob {
  return {
    metadata: { ...place, creationTimestamp: "2026-01-01T10:00:00Z" },
    spec: { concurrencyPolicy: "Allow", ...spec },
    status,
  } as unknown as CronJob;
}

test("which start is due", () => {
  const cases: [string, string, CronJob, string, string | undefined, string][] = [
    ["none yet", "*/10 * * * *", made({}), "10:09:59", undefined, "none"],
    ["the first", "*/10 * * * *", made({}), "10:10:00", "10:10:00", "none"],
    ["the last of some", "*/10 * * * *", made({}), "10:35:00", "10:30:00", "few"],
    ["the last of many", "* * * * *", made({}), "11:45:30", "11:45:00", "many"],
    [
      "those made are made",
      "*/10 * * * *",
      made({}, { lastScheduleTime: "2026-01-01T10:30:00Z" }),
      "10:35:00",
      undefined,
      "none",
    ],
    [
      "those too late are over",
      "*/10 * * * *",
      made({ startingDeadlineSeconds: 60 }),
      "10:35:00",
      undefined,
      "none",
    ],
    ["at uneven times", "0,1,30 * * * *", made({}), "10:45:00", "10:30:00", "few"],
  ];
  for (const [name, text, cronJob, now, latest, missed] of cases) {
    const schedule = parseSchedule(text, utc);
    assert.ok(typeof schedule !== "string");
    const starts = startsDue(cronJob, schedule, at(now), { withinDeadline: true });
    assert.ok(typeof starts !== "string");
    assert.deepEqual([starts.latest, starts.missed], [latest && at(latest), missed], name);
  }
  const hourly = parseSchedule("@hourly", utc);
  assert.ok(typeof hourly !== "string");
  assert.equal(msToNextStart(made({}), hourly, at("10:30:00")), 30 * minuteMs + 100);
  assert.equal(msToNextStart(made({}), hourly, at("13:30:00")), 30 * minuteMs + 100);
});

test("whether it may start", () => {
  const now = at("10:10:30");
  const startAt = at("10:10:00");
  const active = [{ name: "tick-1", uid: "1" }];
  const decide = (spec: Partial<CronJobSpec>, status: CronJobStatus = {}) =>
    planStart(made(spec), status, startAt, now);
  assert.equal(decide({}), "start");
  assert.equal(decide({ startingDeadlineSeconds: 29 }), "tooLate");
  assert.equal(decide({ startingDeadlineSeconds: 30 }), "start");
  assert.equal(decide({}, { lastScheduleTime: "2026-01-01T10:10:00Z" }), "madeAlready");
  const named = { name: `tick-${startAt / minuteMs}`, uid: "2" };
  assert.equal(decide({}, { active: [named] }), "madeAlready");
  assert.equal(decide({ concurrencyPolicy: "Forbid" }, { active }), "othersRun");
  assert.equal(decide({ concurrencyPolicy: "Replace" }, { active }), "replaceOthers");
  assert.equal(decide({ concurrencyPolicy: "Forbid" }), "start");
});

test("the oldest of each kind of end are forgotten", () => {
  const job = (name: string, end?: "Complete" | "Failed", startTime?: string) =>
    ({
      metadata: { name },
      status: {
        ...(startTime && { startTime }),
        conditions: end ? [{ type: end, status: "True" }] : [],
      },
    }) as unknown as Job;
  const jobs = [
    job("c", "Complete", "2026-01-01T00:00:03Z"),
    job("a", "Complete", "2026-01-01T00:00:01Z"),
    job("b", "Complete", "2026-01-01T00:00:01Z"),
    job("never", "Failed"),
    job("f", "Failed", "2026-01-01T00:00:01Z"),
    job("runs"),
  ];
  const spec = { successfulJobsHistoryLimit: 1, failedJobsHistoryLimit: 1 };
  const names = jobsToForget(made(spec), jobs).map(({ metadata }) => metadata.name);
  assert.deepEqual(names, ["a", "b", "f"]);
});
