import { putLoad } from "../load.ts";
import { deployment, pathOf, turnName } from "../objects.ts";
import { requestMark } from "../request-template.ts";
import { defineSubject, loadMeasures, loadNumbers } from "../subject.ts";

/** More than there are clients, so that no two write the same one at once. */
const objects = 500;

export const applyDeployment = defineSubject({
  name: "apply-deployment",
  about: "64 clients apply Deployments (server-side), each with one changed annotation",
  measures: loadMeasures({ perSecond: 3_000 }),
  async run(bench) {
    await using server = await bench.open();
    const request = {
      method: "PATCH",
      path: `${pathOf("deployments", turnName("web"), "apis/apps/v1")}?fieldManager=bench`,
      contentType: "application/apply-patch+yaml",
      body: JSON.stringify(deployment(turnName("web"), requestMark)),
    };
    // The first round creates them.
    const created = await putLoad(server, {
      request,
      clients: 1,
      objects,
      expect: 201,
      warmUpMs: 0,
      requests: objects,
    });
    const first = created.next;
    return loadNumbers(
      await putLoad(server, { request, clients: 64, objects, expect: 200, first }),
    );
  },
});
