import type { ApiResponse } from "#client/transport.ts";
import { notFound } from "#machinery/status.ts";
import type { RequestContext } from "../pipeline/request.ts";
import { answerObject } from "./answers.ts";
import { answerList } from "./list-answer.ts";
import type { ResourceDefinition } from "./resource.ts";
import { selectionOf } from "./selection.ts";
import type { ResourceStorage } from "./storage.ts";
import type { StoredObject } from "./stored-object.ts";

/** Get and list of a resource whose objects are made for each reader. */
export async function readComputed(
  storage: ResourceStorage,
  context: RequestContext,
  computed: NonNullable<ResourceDefinition["computed"]>,
): Promise<ApiResponse> {
  const { name, verb } = context.info;
  const selection = selectionOf(storage, context.request.query);
  const objects = (await computed.list()) as readonly StoredObject[];
  if (verb === "list") {
    const selected = objects.filter((object) => selection.matchesObject(object));
    return answerList(storage, context, selected);
  }
  const object = objects.find(({ metadata }) => metadata.name === name);
  if (!object) throw notFound(storage.names, name);
  return answerObject(storage, context, object);
}
